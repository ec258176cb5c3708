// SPDX-License-Identifier: Apache-2.0
// How fast pages become record batches: the same pages through memcpy, through simdjson skipping every row, through
// decodePage(), and through QJsonDocument into rows of QVariants as a plain Qt driver would, in turns. Numbers are of one
// thread; bytes are already in memory.
//   bench_trinopage [rounds] [only] [FILE...]     pages of lineitem; generated ones unless recorded ones are given
// The last line is JSON: a contender's MB/s, and CPU seconds for a million rows.
#include "columnar/jsonscan.h"
#include "engines/trino/trinopage.h"

#include <arrow/api.h>

#include <simdjson.h>

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QVariant>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <functional>
#include <random>
#include <sstream>
#include <string>
#include <vector>

using namespace Grebe;
using simdjson::SIMDJSON_PADDING;

namespace {

std::string column(const char *name, const char *type, const char *raw, const char *arguments = "")
{
    return std::string("{\"name\":\"") + name + "\",\"type\":\"" + type + "\",\"typeSignature\":{\"rawType\":\"" + raw
        + "\",\"arguments\":[" + arguments + "]}}";
}

/// A page of rows shaped like TPC-H's lineitem as Trino's tpch connector sends it.
std::string makePage(std::mt19937_64 &random, int rowCount)
{
    static const char *const words[] = {"furiously", "final", "deposits", "carefully", "regular", "packages", "quickly", "ironic",
                                        "requests", "above", "the", "slyly", "express", "accounts", "sleep", "bold"};
    static const char *const modes[] = {"TRUCK", "MAIL", "REG AIR", "AIR", "FOB", "RAIL", "SHIP"};
    static const char *const instructions[] = {"DELIVER IN PERSON", "TAKE BACK RETURN", "NONE", "COLLECT COD"};
    const auto below = [&](int n) { return int(random() % unsigned(n)); };
    std::string page = "{\"id\":\"20260801_120000_00001_abcde\",\"infoUri\":\"http://h:8080/ui/query.html\",\"nextUri\":"
                       "\"http://h:8080/v1/statement/executing/20260801_120000_00001_abcde/y3f4e/1\",\"columns\":[";
    page += column("orderkey", "bigint", "bigint") + ',' + column("partkey", "bigint", "bigint") + ','
        + column("suppkey", "bigint", "bigint") + ',' + column("linenumber", "integer", "integer") + ','
        + column("quantity", "double", "double") + ',' + column("extendedprice", "double", "double") + ','
        + column("discount", "double", "double") + ',' + column("tax", "double", "double") + ','
        + column("returnflag", "varchar(1)", "varchar", "{\"kind\":\"LONG\",\"value\":1}") + ','
        + column("linestatus", "varchar(1)", "varchar", "{\"kind\":\"LONG\",\"value\":1}") + ',' + column("shipdate", "date", "date")
        + ',' + column("commitdate", "date", "date") + ',' + column("receiptdate", "date", "date") + ','
        + column("shipinstruct", "varchar(25)", "varchar", "{\"kind\":\"LONG\",\"value\":25}") + ','
        + column("shipmode", "varchar(10)", "varchar", "{\"kind\":\"LONG\",\"value\":10}") + ','
        + column("comment", "varchar(44)", "varchar", "{\"kind\":\"LONG\",\"value\":44}") + "],\"data\":[";
    char buffer[256];
    for (int row = 0; row < rowCount; ++row) {
        std::string comment;
        const size_t length = size_t(10 + below(34));
        while (comment.size() < length)
            comment += std::string(comment.empty() ? "" : " ") + words[below(16)];
        comment.resize(length);
        const auto date = [&] {
            char text[16];
            std::snprintf(text, sizeof text, "%04d-%02d-%02d", 1992 + below(7), 1 + below(12), 1 + below(28));
            return std::string(text);
        };
        const int quantity = 1 + below(50);
        const int cents = quantity * (90000 + below(100000));
        std::string price = std::to_string(cents / 100) + '.' + std::to_string(cents % 100 / 10);
        if (cents % 10)
            price += char('0' + cents % 10);
        const int discount = below(11), tax = below(9);
        std::snprintf(buffer, sizeof buffer, "%s[%d,%d,%d,%d,%d.0,%s,%s,%s,\"%c\",\"%c\",\"", row ? "," : "", 1 + below(6000000),
                      1 + below(200000), 1 + below(10000), 1 + below(7), quantity, price.c_str(),
                      discount == 10 ? "0.1" : discount ? ("0.0" + std::to_string(discount)).c_str() : "0.0",
                      tax ? ("0.0" + std::to_string(tax)).c_str() : "0.0", "NRA"[below(3)], "OF"[below(2)]);
        page += buffer;
        page += date() + "\",\"" + date() + "\",\"" + date() + "\",\"" + instructions[below(4)] + "\",\"" + modes[below(7)] + "\",\""
            + comment + "\"]";
    }
    page += "],\"stats\":{\"state\":\"RUNNING\",\"queued\":false,\"scheduled\":true,\"nodes\":1,\"totalSplits\":9,\"completedSplits\":3,"
            "\"processedRows\":600000},\"warnings\":[]}";
    return page;
}

std::string contents(const char *fileName)
{
    std::ifstream file(fileName, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file) {
        std::fprintf(stderr, "%s can't be read\n", fileName);
        std::exit(1);
    }
    return std::move(text).str();
}

/// The rows of a page as most Qt programs would have them; numbers beyond 2^53 are no longer right.
QList<QVariantList> naiveRows(QByteArrayView page)
{
    QList<QVariantList> rows;
    const QJsonObject root = QJsonDocument::fromJson(page.toByteArray()).object();
    const QJsonArray data = root.value(QLatin1StringView("data")).toArray();
    rows.reserve(data.size());
    for (const auto &row : data)
        rows << row.toArray().toVariantList();
    return rows;
}

double cpuSeconds()
{
    timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return double(time.tv_sec) + double(time.tv_nsec) * 1e-9;
}

struct Contender
{
    const char *name;
    std::function<void()> run;
    std::vector<double> wall, cpu;
};

double median(std::vector<double> values)
{
    std::ranges::sort(values);
    return values[values.size() / 2];
}

} // namespace

int main(int argc, char **argv)
{
    const int roundCount = argc > 1 ? std::atoi(argv[1]) : 15;
    const std::string only = argc > 2 ? argv[2] : "";
    constexpr int pageCount = 25, rowsPerPage = 24000;
    std::mt19937_64 random(20260801);
    std::vector<std::string> pages;
    double byteCount = 0;
    for (int i = 0; i < (argc > 3 ? argc - 3 : pageCount); ++i) {
        pages.push_back(argc > 3 ? contents(argv[3 + i]) : makePage(random, rowsPerPage));
        byteCount += double(pages.back().size());
        pages.back().append(SIMDJSON_PADDING, ' ');
    }
    const auto bytes = [](const std::string &page) { return QByteArrayView(page.data(), qsizetype(page.size()) - qsizetype(SIMDJSON_PADDING)); };
    double rowCount = 0;
    for (const std::string &page : pages) {
        if (const auto decoded = decodePage(bytes(page), {}); decoded && decoded->batch)
            rowCount += double(decoded->batch->num_rows());
    }
    std::printf("%zu pages of %.2f MB, %.0f rows, %.1f bytes a row; Arrow memory pool: %s\n", pages.size(), byteCount / double(pages.size()) / 1e6, rowCount,
                byteCount / rowCount, arrow::default_memory_pool()->backend_name().c_str());

    std::vector<char> sink(pages[0].size() * 2);
    volatile size_t used = 0;
    simdjson::ondemand::parser parser;
    int64_t arrowBytes = 0;
    const auto decodeAll = [&](bool keep) {
        std::shared_ptr<const TrinoRowDecoder> decoder;
        std::vector<std::shared_ptr<arrow::RecordBatch>> kept;
        int64_t rows = 0;
        const int64_t before = arrow::default_memory_pool()->bytes_allocated();
        for (const std::string &page : pages) {
            auto decoded = decodePage(bytes(page), decoder);
            if (!decoded || !decoded->batch) {
                std::fprintf(stderr, "a page failed: %s\n", decoded ? "no rows" : qPrintable(decoded.error().message));
                std::exit(1);
            }
            decoder = decoded->decoder;
            rows += decoded->batch->num_rows();
            if (keep)
                kept.push_back(std::move(decoded->batch));
        }
        if (double(rows) != rowCount)
            std::exit(1);
        if (keep)
            arrowBytes = arrow::default_memory_pool()->bytes_allocated() - before;
    };
    std::vector<Contender> contenders {
        {"memcpy", [&] {
             for (const std::string &page : pages) {
                 std::memcpy(sink.data(), page.data(), page.size());
                 used = used + size_t(sink[page.size() / 2]);
             }
         }},
        {"simdjson on-demand, rows skipped", [&] {
             size_t rows = 0;
             for (const std::string &page : pages) {
                 simdjson::ondemand::document document;
                 if (parser.iterate(page.data(), page.size() - SIMDJSON_PADDING, page.size()).get(document))
                     std::exit(1);
                 simdjson::ondemand::array array;
                 if (document["data"].get_array().get(array))
                     std::exit(1);
                 for (auto row : array) {
                     if (row.error())
                         std::exit(1);
                     ++rows;
                 }
             }
             if (double(rows) != rowCount)
                 std::exit(1);
         }},
        {"QJsonDocument, rows of QVariants", [&] {
             qsizetype rows = 0;
             for (const std::string &page : pages)
                 rows += naiveRows(bytes(page)).size();
             if (double(rows) != rowCount)
                 std::exit(1);
         }},
        {"decodePage, batches dropped", [&] { decodeAll(false); }},
        {"decodePage, batches kept", [&] { decodeAll(true); }},
    };
    for (int round = 0; round < roundCount + 1; ++round) {
        for (Contender &contender : contenders) {
            if (!only.empty() && std::string(contender.name).find(only) == std::string::npos)
                continue;
            const auto start = std::chrono::steady_clock::now();
            const double cpu = cpuSeconds();
            contender.run();
            if (round == 0) // warms up
                continue;
            contender.cpu.push_back(cpuSeconds() - cpu);
            contender.wall.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
        }
    }
    std::printf("%-36s %8s %8s %10s %10s %14s\n", "median (best) of rounds", "MB/s", "best", "M rows/s", "M cells/s", "CPU-s/M rows");
    for (const Contender &contender : contenders) {
        if (contender.wall.empty())
            continue;
        const double wall = median(contender.wall), best = *std::ranges::min_element(contender.wall), cpu = median(contender.cpu);
        std::printf("%-36s %8.0f %8.0f %10.2f %10.0f %14.4f (best %.4f)\n", contender.name, byteCount / wall / 1e6, byteCount / best / 1e6,
                    rowCount / wall / 1e6, rowCount * 16 / wall / 1e6, cpu / rowCount * 1e6,
                    *std::ranges::min_element(contender.cpu) / rowCount * 1e6);
    }
    if (!contenders[1].wall.empty() && !contenders[3].wall.empty()) {
        std::printf("against simdjson's skip rate (median of ratios by round): ");
        for (size_t c = 3; c < contenders.size(); ++c) {
            std::vector<double> ratios;
            for (size_t i = 0; i < contenders[c].cpu.size(); ++i)
                ratios.push_back(contenders[1].cpu[i] / contenders[c].cpu[i]);
            std::printf("%s %.2f%s", contenders[c].name, median(ratios), c + 1 < contenders.size() ? "; " : "\n");
        }
    }
    std::printf("Arrow memory kept: %.1f MB, %.1f bytes a cell\n", double(arrowBytes) / 1e6, double(arrowBytes) / rowCount / 16);
    const char *separator = "{";
    for (const Contender &contender : contenders) {
        if (contender.wall.empty())
            continue;
        std::printf("%s\"%s\": {\"mb_s\": %.1f, \"cpu_s_per_m\": %.5f}", separator, contender.name,
                    byteCount / median(contender.wall) / 1e6, median(contender.cpu) / rowCount * 1e6);
        separator = ", ";
    }
    std::printf("}\n");
}
