// SPDX-License-Identifier: Apache-2.0
#include "pagebuilder.h"
#include "referencedecoder.h"

#include "extension/columnformatter.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <arrow/api.h>

#include <simdjson.h>

#include <random>

using namespace Grebe;
using namespace Qt::StringLiterals;

namespace {

/// Pages from a seed: any types, any values that they have and some that they don't, spelled in all the ways JSON allows.
class PageGenerator
{
public:
    explicit PageGenerator(quint64 seed) : m_random(seed) { }

    QByteArray make()
    {
        m_isLoose = below(3) == 0;
        m_isOdd = below(3) == 0;
        const int columnCount = 1 + below(5), rowCount = below(10);
        QByteArrayList types, columns;
        for (int i = 0; i < columnCount; ++i) {
            types.append(type(2));
            columns.append(column("c" + QByteArray::number(i), types.last()));
        }
        QByteArrayList rows;
        for (int i = 0; i < rowCount; ++i) {
            QByteArrayList cells;
            for (const QByteArray &type : std::as_const(types))
                cells.append(cell(type));
            rows.append(space() + "[" + space() + cells.join(space() + "," + space()) + space() + "]" + space());
        }
        return page(columns.join(','), space() + "[" + rows.join(',') + "]");
    }

    int below(int n) { return int(m_random() % quint64(n)); }

private:
    QByteArray type(int depth)
    {
        static const QByteArrayList flat {
            "boolean", "tinyint", "smallint", "integer", "bigint", "real", "double", "decimal(5,2)", "decimal(18,0)", "decimal(38,10)", "varchar(10)",
            "char(3)", "varchar", "varbinary", "json", "variant", "date", "time(0)", "time(3)", "time(6)", "time(9)", "time(12)", "timestamp(0)",
            "timestamp(3)", "timestamp(6)", "timestamp(9)", "timestamp(12)", "timestamp(3) with time zone", "timestamp(9) with time zone",
            "time(3) with time zone", "interval day to second", "interval year to month", "uuid", "ipaddress", "unknown", "somethingnew"};
        if (depth > 0 && below(6) == 0) {
            switch (below(3)) {
            case 0:
                return "array(" + type(depth - 1) + ")";
            case 1:
                return "map(" + flat[below(int(flat.size()) - 2)] + "," + type(depth - 1) + ")";
            default:
                return "row(a:" + type(depth - 1) + "," + type(depth - 1) + ")";
            }
        }
        return flat[below(int(flat.size()))];
    }

    QByteArray cell(const QByteArray &type)
    {
        if (below(9) == 0)
            return "null";
        if (m_isOdd && below(8) == 0)
            return oddCell();
        if (type.startsWith("array(")) {
            QByteArrayList cells;
            for (int i = below(4); i > 0; --i)
                cells.append(cell(type.sliced(6, type.size() - 7)));
            return "[" + space() + cells.join(space() + "," + space()) + space() + "]";
        }
        if (type.startsWith("map(")) {
            // The key's type is flat: its bracket, if any, closes before the first comma behind it.
            qsizetype comma = type.indexOf(',');
            if (const qsizetype bracket = type.indexOf('(', 4); bracket >= 0 && bracket < comma)
                comma = type.indexOf(',', type.indexOf(')', bracket));
            const QByteArray key = type.sliced(4, comma - 4), value = type.sliced(comma + 1, type.size() - comma - 2);
            QByteArrayList members;
            for (int i = below(4); i > 0; --i)
                members.append(string(plain(key)) + space() + ":" + space() + cell(value));
            return "{" + space() + members.join(space() + "," + space()) + space() + "}";
        }
        if (type.startsWith("row(")) {
            int depth = 0;
            qsizetype comma = 4;
            for (; comma < type.size() && (depth > 0 || type[comma] != ','); ++comma)
                depth += (type[comma] == '(') - (type[comma] == ')');
            return "[" + space() + cell(type.sliced(6, comma - 6)) + space() + "," + cell(type.sliced(comma + 1, type.size() - comma - 2)) + "]";
        }
        const QByteArray text = plain(type);
        const bool isBare = type == "boolean" || type.endsWith("int") || type == "integer"
            || ((type == "real" || type == "double") && !text.contains('N') && !text.contains('I'));
        if (type == "variant" && below(2))
            return below(2) ? "{\"k\":" + number() + "}" : number();
        return isBare && below(20) ? text : string(text);
    }

    QByteArray oddCell()
    {
        static const QByteArrayList odd {"1.0", "1E2", "9223372036854775808", "-9223372036854775809", "1234567890123456789012345678901234567890", "1e999", "1e-999",
                                         "true", "false", "[]", "{}", "[1,[2,{\"a\":\"b\"}]]", "\"\"", "\" \"", "\"[1,2]\"", "\"{\\\"1\\\":2}\"", "\"[]\"", "\"x\"",
                                         "\"\\ud800\"", "\"\\udc00\\ud800x\"", "\"2026-02-30\"", "\"24:00:00\"", "\"0001-01-01 00:00:00.000000001\"", "-0", "0", "-0.0",
                                         "\"a?==\"", "\"abc\"", "\"+5000000000-01-01\"", "\"+9999999-01-01\"", "\"2026-08-01 12:34:56.789 Mars/Phobos\"",
                                         "\"2026-03-29 02:30:00.000 Europe/Berlin\"", "\"nan\"", "\"inf\"", "\"0x10\"", "\"1e5\"", "0e0", "1.5e-7", "123456789012345678",
                                         "1234567890123456789", "0.1234567890123456789", "12345678901234567890.5", "128", "-129", "32768", "2147483648", "-2147483649"};
        return odd[below(int(odd.size()))];
    }

    QByteArray digits(int least, int most)
    {
        QByteArray text;
        for (int i = least + below(most - least + 1); i > 0; --i)
            text += char('0' + below(10));
        return text;
    }

    QByteArray integer(int mostDigits)
    {
        const QByteArray text = QByteArray::number(digits(1, mostDigits).toLongLong());
        return below(3) == 0 && text != "0" ? "-" + text : text;
    }

    QByteArray number()
    {
        QByteArray text = integer(below(2) ? 4 : 17);
        if (below(5))
            text += "." + digits(1, below(2) ? 2 : 18);
        if (below(4) == 0)
            text += QByteArray(below(2) ? "E" : "e") + (below(2) ? "-" : below(2) ? "+" : "") + QByteArray::number(below(30));
        return text;
    }

    QByteArray two(int n) { return QByteArray::number(n).rightJustified(2, '0'); }
    QByteArray date()
    {
        const QByteArray day = "-" + two(1 + below(12)) + "-" + two(1 + below(28));
        switch (below(8)) {
        case 0:
            return "-" + QByteArray::number(below(10000)).rightJustified(4, '0') + day;
        case 1:
            return "+" + QByteArray::number(10000 + below(90000)) + day;
        case 2:
            return QByteArray::number(below(10000)).rightJustified(4, '0') + day;
        default:
            return QByteArray::number(1900 + below(200)) + day;
        }
    }
    QByteArray clock(int precision)
    {
        QByteArray text = two(below(24)) + ":" + two(below(60)) + ":" + two(below(60));
        return precision > 0 ? text + "." + digits(precision, precision) : text;
    }
    int precisionOf(const QByteArray &type)
    {
        const qsizetype open = type.indexOf('(');
        return open < 0 ? 3 : type.sliced(open + 1, type.indexOf(')') - open - 1).toInt();
    }

    /// A value's text as the engine would write it.
    QByteArray plain(const QByteArray &type)
    {
        static const QByteArrayList zones {"UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "+02:00", "-12:00", "Australia/Lord_Howe", "Africa/Casablanca"};
        if (type == "boolean")
            return below(2) ? "true" : "false";
        if (type == "tinyint")
            return QByteArray::number(below(256) - 128);
        if (type == "smallint")
            return QByteArray::number(below(65536) - 32768);
        if (type == "integer")
            return integer(9);
        if (type == "bigint")
            return integer(below(2) ? 7 : 18);
        if (type == "real" || type == "double") {
            static const QByteArrayList special {"NaN", "Infinity", "-Infinity", "-0.0", "1.6777216E7", "1.4E-45", "3.4028235E38", "0.1", "1.0E10"};
            return below(6) == 0 ? special[below(int(special.size()))] : number();
        }
        if (type.startsWith("decimal")) {
            const int precision = precisionOf(type), scale = type.sliced(type.indexOf(',') + 1).chopped(1).toInt();
            const QByteArray whole = QByteArray(below(3) ? "" : "-") + digits(1, qMax(1, precision - scale));
            return scale ? whole + "." + digits(scale, scale) : whole;
        }
        if (type == "varbinary")
            return digits(0, 40).toBase64();
        if (type == "json")
            return "{\"a\":[1,\"x\"]}";
        if (type == "date")
            return date();
        if (type.startsWith("timestamp"))
            return date() + " " + clock(precisionOf(type)) + (type.endsWith("zone") ? " " + zones[below(int(zones.size()))] : QByteArray());
        if (type.startsWith("time"))
            return clock(precisionOf(type)) + (type.endsWith("zone") ? "+05:30" : "");
        if (type == "interval day to second")
            return QByteArray(below(2) ? "-" : "") + QByteArray::number(below(100000)) + " " + clock(3);
        if (type == "interval year to month")
            return QByteArray(below(2) ? "-" : "") + QByteArray::number(below(10000)) + "-" + QByteArray::number(below(12));
        if (type == "uuid") {
            QByteArray hex;
            for (int i = 0; i < 32; ++i)
                hex += "0123456789abcdef"[below(16)];
            return hex.insert(20, '-').insert(16, '-').insert(12, '-').insert(8, '-');
        }
        static const QByteArrayList pieces {"a", "bc", "0123456789abcde", "0123456789abcdef", " ", "ü", "漢字", "😀", "\"", "\\", "/", "\n", "\t", "[", "}", ",", "\u202e", "\x7f", "\x01"};
        QByteArray text;
        for (int i = below(6); i > 0; --i)
            text += pieces[below(int(pieces.size()))];
        return text;
    }

    /// Text as a JSON string, with more escapes than needed now and then.
    QByteArray string(const QByteArray &text)
    {
        const bool isEscaped = below(5) == 0;
        QByteArray out = "\"";
        for (const char32_t c : QString::fromUtf8(text).toUcs4()) {
            const QString one = QString::fromUcs4(&c, 1);
            if (c < 0x20 || (isEscaped && below(3) == 0)) {
                for (const QChar unit : one)
                    out += "\\u" + QByteArray::number(unit.unicode(), 16).rightJustified(4, '0');
            } else if (c == '"' || c == '\\' || (c == '/' && isEscaped)) {
                out += "\\" + one.toUtf8();
            } else {
                out += one.toUtf8();
            }
        }
        return out + "\"";
    }

    QByteArray space()
    {
        if (!m_isLoose || below(3))
            return {};
        static const QByteArrayList spaces {" ", "\n", "\t", "\r\n", "  ", "                                                                        "};
        return spaces[below(int(spaces.size()))];
    }

    std::mt19937_64 m_random;
    bool m_isLoose = false;
    bool m_isOdd = false;
};

/// The schema of a batch without `grebe.raw`, and those apart: JSON objects are equal whatever their spelling.
QList<QJsonObject> takeRaws(std::shared_ptr<arrow::RecordBatch> &batch)
{
    QList<QJsonObject> raws;
    arrow::FieldVector fields = batch->schema()->fields();
    for (auto &field : fields) {
        auto metadata = field->metadata()->Copy();
        raws.append(QJsonDocument::fromJson(QByteArray::fromStdString(metadata->Get(kRawKey).ValueOr(""))).object());
        if (metadata->Contains(kRawKey) && !metadata->Delete(kRawKey).ok())
            qFatal("a key that is there can't be removed");
        field = field->WithMetadata(metadata);
    }
    batch = arrow::RecordBatch::Make(arrow::schema(fields), batch->num_rows(), batch->columns());
    return raws;
}

} // namespace

class tst_TrinoDifferential : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void samePagesSameBatches();
    void damagedPages();
};

void tst_TrinoDifferential::samePagesSameBatches()
{
    // Enough to meet every type with every oddity many times; a longer run is GREBE_PAGES=1000000.
    const int pageCount = qEnvironmentVariableIntegerValue("GREBE_PAGES").value_or(3000);
    int rowCount = 0, rawCount = 0;
    for (int seed = 0; seed < pageCount; ++seed) {
        const QByteArray json = PageGenerator(quint64(seed)).make();
        const auto page = decode(json);
        const auto what = [&] { return QByteArray::number(seed) + ": " + json; };
        QVERIFY2(page, (page ? QByteArray() : page.error().message.toUtf8() + what()).constData());
        const auto reference = referenceDecode(json, schemaOf(*page->decoder));
        QVERIFY2(reference, what().constData());
        QVERIFY2(!reference->batch == !page->batch, what().constData());
        if (!page->batch)
            continue;
        const auto status = page->batch->ValidateFull();
        QVERIFY2(status.ok(), (QByteArray::fromStdString(status.ToString()) + what()).constData());
        auto ours = page->batch, theirs = reference->batch;
        const auto ourRaws = takeRaws(ours), theirRaws = takeRaws(theirs);
        if (ourRaws != theirRaws) {
            for (qsizetype i = 0; i < ourRaws.size(); ++i)
                qWarning() << i << ourRaws[i] << theirRaws[i];
        }
        QVERIFY2(ourRaws == theirRaws, what().constData());
        const auto options = arrow::EqualOptions::Defaults().nans_equal(true).signed_zeros_equal(false);
        const bool isEqual = ours->Equals(*theirs, true, options);
        if (!isEqual)
            qWarning("ours: %s\ntheirs: %s", ours->ToString().c_str(), theirs->ToString().c_str());
        QVERIFY2(isEqual, what().constData());
        QVERIFY2(page->unparsableCount == reference->unparsableCount, what().constData());
        rowCount += int(ours->num_rows());
        for (const QJsonObject &raws : ourRaws)
            rawCount += int(raws.size());
    }
    QVERIFY(rowCount > pageCount);
    QVERIFY(rawCount > pageCount / 10);
}

/// A page with a byte changed, gone or doubled is accepted exactly when it is still JSON with as many cells as columns.
void tst_TrinoDifferential::damagedPages()
{
    const int pageCount = qEnvironmentVariableIntegerValue("GREBE_PAGES").value_or(3000);
    simdjson::dom::parser parser;
    int refusedCount = 0;
    for (int seed = 0; seed < pageCount; ++seed) {
        PageGenerator generator {quint64(seed)};
        QByteArray json = generator.make();
        const auto whole = decode(json);
        QVERIFY(whole);
        const qsizetype data = json.indexOf("\"data\":") + 7, end = json.indexOf("\"stats\":");
        const qsizetype at = data + generator.below(int(end - data - 1));
        switch (generator.below(4)) {
        case 0:
            json[at] = "\"\\,:[]{}0-.eE nx\x80\x1f"[generator.below(17)];
            break;
        case 1:
            json.remove(at, 1 + generator.below(3));
            break;
        case 2:
            json.insert(at, json.sliced(at, 1 + generator.below(2)));
            break;
        default:
            json[at] = char(generator.below(256));
            break;
        }
        const auto damaged = decode(json);
        const auto error = parser.parse(json.data(), size_t(json.size())).error();
        // Numbers and lone surrogates that this parser has no room for are JSON all the same.
        if (error != simdjson::SUCCESS && error != simdjson::BIGINT_ERROR && error != simdjson::STRING_ERROR && error != simdjson::NUMBER_ERROR) {
            ++refusedCount;
            QVERIFY2(!damaged, (QByteArray::number(seed) + ": " + simdjson::error_message(error) + ": " + json).constData());
        } else if (error == simdjson::SUCCESS && !damaged) {
            const QString message = damaged.error().message;
            QVERIFY2(message.contains(u"row that is too"_s) || message.contains(u"a row is not an array"_s) || message.contains(u"twice"_s)
                         || message.contains(u"rows are not an array"_s),
                     (QByteArray::number(seed) + ": " + message.toUtf8() + ": " + json).constData());
        } else if (error == simdjson::SUCCESS && damaged && damaged->batch) {
            QVERIFY2(damaged->batch->ValidateFull().ok(), json.constData());
        }
    }
    QVERIFY(refusedCount > pageCount / 10);
}

QTEST_APPLESS_MAIN(tst_TrinoDifferential)
#include "tst_trinodifferential.moc"
