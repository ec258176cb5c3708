// SPDX-License-Identifier: Apache-2.0
// Answers from memory what tests/live/trino/benchmark/record.py recorded, so that clients can be compared on the same bytes
// with no server beside them that needs the cores. One recorded query; any statement that is posted is answered with it.
//   replayserver FOLDER [--think MS] [--delay MS] [--rate MB] [--log FILE]      until its standard input ends
//   replayserver --drain PORT FOLDER        asks for everything once and looks at nothing: what no client can beat
// --think is waited before each page with rows, --delay before each stored segment, --rate bounds each connection that
// fetches one. The log has a line for each answer: CLOCK_MONOTONIC in ns when it was asked for and when it was sent, bytes,
// method and path. On standard output is the port.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

namespace {

struct Document
{
    std::string method, path, type;
    std::string body;
    bool isPage = false; // with rows
    bool isSegment = false;
};

struct Options
{
    std::chrono::microseconds think {};
    std::chrono::microseconds delay {};
    double megabytesPerSecond = 0;
    FILE *log = nullptr;
};

std::map<std::string, Document, std::less<>> documents; // by "METHOD path"
Options options;
std::mutex logMutex;

[[noreturn]] void fail(const std::string &text)
{
    std::fprintf(stderr, "replayserver: %s\n", text.c_str());
    std::exit(1);
}

std::string contents(const std::string &fileName)
{
    std::ifstream file(fileName, std::ios::binary);
    if (!file)
        fail(fileName + " can't be read");
    std::ostringstream text;
    text << file.rdbuf();
    return std::move(text).str();
}

std::string replaced(const std::string &text, const std::string &from, const std::string &to)
{
    std::string result;
    result.reserve(text.size() + 256);
    size_t at = 0;
    for (size_t next; (next = text.find(from, at)) != std::string::npos; at = next + from.size())
        result.append(text, at, next - at).append(to);
    return result.append(text, at);
}

/// The index has a line for each answer: method, path, kind (other, page, segment), content type, file.
std::vector<Document> load(const std::string &folder, int port)
{
    std::vector<Document> found;
    const std::string origin = contents(folder + "/origin");
    const std::string here = "http://127.0.0.1:" + std::to_string(port);
    std::istringstream index(contents(folder + "/index"));
    Document document;
    for (std::string kind, file; index >> document.method >> document.path >> kind >> document.type >> file;) {
        document.isPage = kind == "page";
        document.isSegment = kind == "segment";
        document.body = contents(folder + '/' + file);
        if (!document.isSegment)
            document.body = replaced(document.body, origin, here);
        found.push_back(document);
    }
    if (found.empty())
        fail(folder + " holds no recording");
    return found;
}

long long now()
{
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

bool sendAll(int socket, std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes.remove_prefix(size_t(sent));
    }
    return true;
}

bool sendSlowly(int socket, std::string_view bytes)
{
    constexpr size_t kPiece = 64 * 1024;
    const auto start = std::chrono::steady_clock::now();
    size_t sent = 0;
    while (sent < bytes.size()) {
        const std::string_view piece = bytes.substr(sent, kPiece);
        if (!sendAll(socket, piece))
            return false;
        sent += piece.size();
        std::this_thread::sleep_until(start + std::chrono::microseconds(long(double(sent) / options.megabytesPerSecond)));
    }
    return true;
}

/// The answer to one request; false when the connection is to end.
bool answer(int socket, const std::string &method, const std::string &path)
{
    const long long asked = now();
    const auto found = documents.find(method + ' ' + path);
    std::string head = "HTTP/1.1 ";
    std::string_view body;
    if (found == documents.end()) {
        // A query that is cancelled, kept alive or a segment that may be forgotten; nothing else was recorded.
        const bool isKnown = method == "DELETE" || method == "HEAD" || path.starts_with("/v1/spooled/");
        head += isKnown ? "204 No Content\r\n\r\n" : "404 Not Found\r\nContent-Length: 0\r\n\r\n";
        if (!isKnown)
            std::fprintf(stderr, "replayserver: nothing was recorded for %s %s\n", method.c_str(), path.c_str());
    } else {
        const Document &document = found->second;
        std::this_thread::sleep_for(document.isPage ? options.think : document.isSegment ? options.delay : 0us);
        body = document.body;
        head += "200 OK\r\nContent-Type: " + document.type + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    }
    const bool isSlow = options.megabytesPerSecond > 0 && found != documents.end() && found->second.isSegment;
    if (!sendAll(socket, head) || !(isSlow ? sendSlowly(socket, body) : sendAll(socket, body)))
        return false;
    if (options.log) {
        const std::lock_guard lock(logMutex);
        std::fprintf(options.log, "%lld %lld %zu %s %s\n", asked, now(), body.size(), method.c_str(), path.c_str());
        std::fflush(options.log);
    }
    return true;
}

void serve(int socket)
{
    std::string in;
    char buffer[64 * 1024];
    for (;;) {
        size_t end;
        while ((end = in.find("\r\n\r\n")) == std::string::npos) {
            const ssize_t got = ::recv(socket, buffer, sizeof buffer, 0);
            if (got <= 0) {
                ::close(socket);
                return;
            }
            in.append(buffer, size_t(got));
        }
        std::string head = in.substr(0, end + 2);
        size_t length = 0;
        for (size_t line = head.find("\r\n"); line != std::string::npos && line + 2 < head.size(); line = head.find("\r\n", line + 2)) {
            if (::strncasecmp(head.c_str() + line + 2, "content-length:", 15) == 0)
                length = size_t(std::atol(head.c_str() + line + 17));
        }
        while (in.size() < end + 4 + length) {
            const ssize_t got = ::recv(socket, buffer, sizeof buffer, 0);
            if (got <= 0) {
                ::close(socket);
                return;
            }
            in.append(buffer, size_t(got));
        }
        in.erase(0, end + 4 + length);
        std::istringstream words(head);
        std::string method, path;
        words >> method >> path;
        if (!answer(socket, method, path.substr(0, path.find('?')))) {
            ::close(socket);
            return;
        }
    }
}

int listening(sockaddr_in *address)
{
    const int server = ::socket(AF_INET, SOCK_STREAM, 0);
    *address = {};
    address->sin_family = AF_INET;
    address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof *address;
    if (server < 0 || ::bind(server, reinterpret_cast<sockaddr *>(address), size) != 0 || ::listen(server, 64) != 0
        || ::getsockname(server, reinterpret_cast<sockaddr *>(address), &size) != 0)
        fail(std::string("no port to listen on: ") + std::strerror(errno));
    return server;
}

int drain(int port, const std::string &folder)
{
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(uint16_t(port));
    if (::connect(socket, reinterpret_cast<sockaddr *>(&address), sizeof address) != 0)
        fail(std::string("nobody answers: ") + std::strerror(errno));
    std::vector<char> buffer(256 * 1024);
    long long bytes = 0;
    for (const Document &document : load(folder, port)) {
        if (!sendAll(socket, document.method + ' ' + document.path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n"))
            fail("the connection broke");
        std::string head;
        long long missing = -1;
        while (missing != 0) {
            const ssize_t got = ::recv(socket, buffer.data(), buffer.size(), 0);
            if (got <= 0)
                fail("the connection broke");
            bytes += got;
            if (missing > 0) {
                missing -= got;
                continue;
            }
            head.append(buffer.data(), size_t(got));
            if (const size_t end = head.find("\r\n\r\n"); end != std::string::npos) {
                missing = std::atoll(head.c_str() + head.find("Content-Length:") + 15) - (long long)(head.size() - end - 4);
            }
        }
    }
    std::printf("%lld\n", bytes);
    return 0;
}

} // namespace

int main(int argc, char **argv)
{
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (words.size() == 3 && words[0] == "--drain")
        return drain(std::atoi(words[1].c_str()), words[2]);
    if (words.empty())
        fail("which folder?");
    for (size_t i = 1; i + 1 < words.size(); i += 2) {
        const double value = std::atof(words[i + 1].c_str());
        if (words[i] == "--think")
            options.think = std::chrono::microseconds(long(value * 1000));
        else if (words[i] == "--delay")
            options.delay = std::chrono::microseconds(long(value * 1000));
        else if (words[i] == "--rate")
            options.megabytesPerSecond = value;
        else if (words[i] == "--log")
            options.log = std::fopen(words[i + 1].c_str(), "w");
        else
            fail("no such option: " + words[i]);
    }
    ::signal(SIGPIPE, SIG_IGN);
    sockaddr_in address;
    const int server = listening(&address);
    const int port = ntohs(address.sin_port);
    for (Document &document : load(words[0], port))
        documents.try_emplace(document.method + ' ' + document.path, std::move(document));
    std::printf("%d\n", port);
    std::fflush(stdout);
    std::thread([server] {
        for (int client; (client = ::accept(server, nullptr, nullptr)) >= 0;) {
            const int yes = 1;
            ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
            std::thread(serve, client).detach();
        }
    }).detach();
    while (std::getchar() != EOF) { }
    std::_Exit(0);
}
