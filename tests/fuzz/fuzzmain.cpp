// SPDX-License-Identifier: Apache-2.0
// Runs a libFuzzer target without libFuzzer: every file of the corpus, then files that were changed at random, until the
// time is over. `-seed=` and `-runs=` repeat a run; an input that ends the program is left in `crash-input`.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

namespace {

std::string currentInput;

void saveInput()
{
    if (FILE *file = std::fopen("crash-input", "wb")) {
        std::fwrite(currentInput.data(), 1, currentInput.size(), file);
        std::fclose(file);
        std::fputs("the input is in crash-input\n", stderr);
    }
}

void run(const std::string &input)
{
    currentInput = input;
    LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t *>(input.data()), input.size());
}

class Mutator
{
public:
    Mutator(const std::vector<std::string> &corpus, uint64_t seed) : m_corpus(corpus), m_random(seed) { }

    std::string next()
    {
        std::string input = m_corpus[below(m_corpus.size())];
        for (size_t i = 1 + below(4); i > 0; --i)
            change(input);
        return input;
    }

private:
    size_t below(size_t n) { return n ? size_t(m_random() % n) : 0; }
    void change(std::string &input)
    {
        static const char *const pieces[] = {"\"", "\\", "\\u0000", "\\ud800", "[", "]", "{", "}", ",", ":", "null", "true", "-", "0", "1e999", "9223372036854775808", " ",
                                             "\n", "\"data\":", "\"columns\":", "\xF0\x9F\x98\x80", "\xFF", "[]", "{}", "2026-08-01", "12:34:56.789", "99999999999999999999"};
        const size_t at = below(input.size() + 1);
        switch (below(7)) {
        case 0:
            if (at < input.size())
                input[at] = char(m_random());
            break;
        case 1:
            input.erase(at, 1 + below(20));
            break;
        case 2:
            input.insert(at, pieces[below(std::size(pieces))]);
            break;
        case 3: { // a part, once more
            const std::string part = input.substr(below(input.size() + 1), below(60));
            input.insert(at, part);
            break;
        }
        case 4: { // a part of another file
            const std::string &other = m_corpus[below(m_corpus.size())];
            input.insert(at, other.substr(below(other.size() + 1), below(200)));
            break;
        }
        case 5:
            input.resize(at);
            break;
        default:
            if (at < input.size())
                input[at] = char(input[at] ^ (1 << below(8)));
            break;
        }
        if (input.size() > 65536)
            input.resize(65536);
    }

    const std::vector<std::string> &m_corpus;
    std::mt19937_64 m_random;
};

} // namespace

int main(int argc, char **argv)
{
    double seconds = 5;
    uint64_t seed = uint64_t(std::chrono::system_clock::now().time_since_epoch().count());
    int64_t runCount = -1;
    std::vector<std::string> corpus;
    for (int i = 1; i < argc; ++i) {
        const std::string argument = argv[i];
        if (argument.starts_with("-seconds=")) {
            seconds = std::atof(argv[i] + 9);
        } else if (argument.starts_with("-seed=")) {
            seed = std::strtoull(argv[i] + 6, nullptr, 10);
        } else if (argument.starts_with("-runs=")) {
            runCount = std::atoll(argv[i] + 6);
        } else {
            std::vector<std::filesystem::path> files;
            if (std::filesystem::is_directory(argument)) {
                for (const auto &entry : std::filesystem::directory_iterator(argument))
                    files.push_back(entry.path());
            } else {
                files.emplace_back(argument);
            }
            std::ranges::sort(files);
            for (const auto &file : files) {
                std::ifstream stream(file, std::ios::binary);
                corpus.emplace_back(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
            }
        }
    }
    if (corpus.empty()) {
        std::fputs("usage: fuzz_… [-seconds=N] [-seed=N] [-runs=N] FILE|FOLDER…\n", stderr);
        return 2;
    }
    std::signal(SIGABRT, [](int) { saveInput(); });
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_set_death_callback(saveInput);
#endif
    std::printf("%zu files, seed %llu\n", corpus.size(), static_cast<unsigned long long>(seed));
    std::fflush(stdout);
    for (const std::string &input : corpus)
        run(input);
    Mutator mutator(corpus, seed);
    const auto start = std::chrono::steady_clock::now();
    int64_t done = 0;
    while (runCount >= 0 ? done < runCount : std::chrono::steady_clock::now() - start < std::chrono::duration<double>(seconds)) {
        run(mutator.next());
        ++done;
    }
    std::printf("%lld runs\n", static_cast<long long>(done));
}
