// SPDX-License-Identifier: Apache-2.0
#include "workbookwriter.h"

#include "markuptext.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/type_traits.h>

#include <QLocale>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr int kMostDigits = 15;
constexpr std::string_view kXml = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

// Numbers of the formats in kStyles.
enum Style { Normal, Header, DateStyle, TimestampStyle, TimeStyle };

constexpr std::string_view kStyles =
    "<styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">"
    "<numFmts count=\"3\"><numFmt numFmtId=\"164\" formatCode=\"yyyy\\-mm\\-dd\"/>"
    "<numFmt numFmtId=\"165\" formatCode=\"yyyy\\-mm\\-dd\\ hh:mm:ss.000\"/>"
    "<numFmt numFmtId=\"166\" formatCode=\"hh:mm:ss.000\"/></numFmts>"
    "<fonts count=\"2\"><font><sz val=\"11\"/><name val=\"Calibri\"/></font>"
    "<font><b/><sz val=\"11\"/><name val=\"Calibri\"/></font></fonts>"
    "<fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill>"
    "<fill><patternFill patternType=\"gray125\"/></fill></fills>"
    "<borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>"
    "<cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>"
    "<cellXfs count=\"5\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>"
    "<xf numFmtId=\"0\" fontId=\"1\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyFont=\"1\"/>"
    "<xf numFmtId=\"164\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>"
    "<xf numFmtId=\"165\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>"
    "<xf numFmtId=\"166\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/></cellXfs>"
    "<cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles></styleSheet>";

std::string columnLetters(int index)
{
    std::string letters;
    for (int rest = index + 1; rest > 0; rest = (rest - 1) / 26)
        letters.insert(letters.begin(), char('A' + (rest - 1) % 26));
    return letters;
}

/// Digits from the first that isn't 0: what Excel would have to keep.
int significantDigits(std::string_view number)
{
    int count = 0;
    for (const char c : number) {
        if (c >= '0' && c <= '9' && (count > 0 || c != '0'))
            ++count;
    }
    return count;
}

/// Takes as many digits as asked for and what stands behind them.
bool take(std::string_view &text, int digits, char behind, int &value)
{
    if (text.size() < size_t(digits) + (behind ? 1 : 0))
        return false;
    const char *const end = text.data() + digits;
    if (std::from_chars(text.data(), end, value).ptr != end || value < 0 || (behind && *end != behind))
        return false;
    text.remove_prefix(size_t(digits) + (behind ? 1 : 0));
    return true;
}

/// Days since 1899-12-30; empty where Excel has no date, or a wrong one: it takes 1900 for a leap year.
std::optional<int> serialDay(std::string_view &text, char behind)
{
    int year = 0;
    int month = 0;
    int day = 0;
    if (!take(text, 4, '-', year) || !take(text, 2, '-', month) || !take(text, 2, behind, day))
        return std::nullopt;
    using namespace std::chrono;
    const year_month_day date { std::chrono::year(year), std::chrono::month(unsigned(month)), std::chrono::day(unsigned(day)) };
    if (!date.ok())
        return std::nullopt;
    const int serial = int((sys_days(date) - sys_days(1899y / 12 / 30)).count());
    return serial > 60 ? std::optional(serial) : std::nullopt;
}

/// Milliseconds of the day; empty where there is more to the text than that.
std::optional<int> milliseconds(std::string_view text)
{
    int hour = 0;
    int minute = 0;
    int second = 0;
    const bool hasFraction = text.size() > 8;
    if (!take(text, 2, ':', hour) || !take(text, 2, ':', minute) || !take(text, 2, hasFraction ? '.' : '\0', second)
        || hour > 23)
        return std::nullopt;
    int fraction = 0;
    for (size_t i = 0; i < text.size(); ++i) {
        if (text[i] < '0' || text[i] > '9' || (i >= 3 && text[i] != '0'))
            return std::nullopt;
        if (i < 3)
            fraction = fraction * 10 + text[i] - '0';
    }
    for (size_t i = text.size(); i < 3; ++i)
        fraction *= 10;
    return ((hour * 60 + minute) * 60 + second) * 1000 + fraction;
}

qint64 utf16Length(std::string_view text)
{
    qint64 count = 0;
    for (const char c : text)
        count += (uint8_t(c) & 0xC0) == 0x80 ? 0 : uint8_t(c) >= 0xF0 ? 2 : 1;
    return count;
}

} // namespace

WorkbookWriter::WorkbookWriter(ByteSink &sink, const WriteOptions &options) : m_options(options), m_zip(sink) { }

WorkbookWriter::~WorkbookWriter() = default;

QString WorkbookWriter::sheetName(int number) const
{
    QString name = m_options.title.isEmpty() ? u"Result"_s : m_options.title;
    for (QChar &c : name) {
        if (u"[]:*?/\\"_s.contains(c) || c < u' ')
            c = u'_';
    }
    if (name.startsWith(u'\''))
        name[0] = u'_';
    const QString suffix = number > 1 ? u" %1"_s.arg(number) : QString();
    name.truncate(31 - suffix.size());
    if (!name.isEmpty() && name.back().isHighSurrogate())
        name.chop(1);
    if (name.endsWith(u'\''))
        name.back() = u'_';
    return name + suffix;
}

Result<void> WorkbookWriter::begin(const std::shared_ptr<arrow::Schema> &schema)
{
    if (schema->num_fields() > kMostColumns) {
        return std::unexpected(Error { .code = Error::Code::NotImplemented,
                                       .message = u"The result has %1 columns; a sheet holds 16,384."_s.arg(schema->num_fields()),
                                       .hint = u"Write Parquet or CSV, or fewer columns."_s });
    }
    for (const auto &field : schema->fields()) {
        Column column { field->name(), columnLetters(int(m_columns.size())), Kind::Text, ColumnFormatter(field) };
        const arrow::Type::type id = field->type()->id();
        if (id == arrow::Type::BOOL)
            column.kind = Kind::Bool;
        else if (arrow::is_integer(id))
            column.kind = Kind::Integer;
        else if (arrow::is_decimal(id))
            column.kind = Kind::Decimal;
        else if (arrow::is_floating(id))
            column.kind = Kind::Real;
        else if (arrow::is_date(id))
            column.kind = Kind::Date;
        else if (arrow::is_time(id))
            column.kind = Kind::Time;
        else if (id == arrow::Type::TIMESTAMP && static_cast<const arrow::TimestampType &>(*field->type()).timezone().empty())
            column.kind = Kind::Timestamp;
        m_columns.push_back(std::move(column));
    }
    return beginSheet();
}

Result<void> WorkbookWriter::flush(size_t atLeast)
{
    if (m_out.size() < atLeast)
        return {};
    const Result<void> written = m_zip.write(m_out);
    m_out.clear();
    return written;
}

Result<void> WorkbookWriter::addFile(const std::string &name, std::string_view text)
{
    return m_zip.add(name).and_then([&] { return m_zip.write(kXml); }).and_then([&] { return m_zip.write(text); });
}

Result<void> WorkbookWriter::beginSheet()
{
    ++m_sheetCount;
    m_rowOfSheet = 0;
    if (auto added = m_zip.add("xl/worksheets/sheet" + std::to_string(m_sheetCount) + ".xml"); !added)
        return added;
    m_out += kXml;
    m_out += "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">";
    if (m_options.hasHeader)
        m_out += "<sheetViews><sheetView workbookViewId=\"0\"><pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" "
                 "state=\"frozen\"/></sheetView></sheetViews>";
    if (!m_columns.empty()) {
        m_out += "<cols>";
        for (size_t i = 0; i < m_columns.size(); ++i) {
            const Kind kind = m_columns[i].kind;
            const int least = kind == Kind::Timestamp ? 24 : kind == Kind::Date || kind == Kind::Time ? 13 : 10;
            const int width = std::clamp(int(utf16Length(m_columns[i].name)) + 3, least, 60);
            const std::string number = std::to_string(i + 1);
            m_out += "<col min=\"" + number + "\" max=\"" + number + "\" width=\"" + std::to_string(width)
                + "\" customWidth=\"1\"/>";
        }
        m_out += "</cols>";
    }
    m_out += "<sheetData>";
    if (!m_options.hasHeader)
        return {};
    m_rowText = std::to_string(++m_rowOfSheet);
    m_out += "<row r=\"1\">";
    for (const Column &column : m_columns) {
        if (auto appended = appendText(column, column.name, Header); !appended)
            return appended;
    }
    m_out += "</row>";
    return {};
}

Result<void> WorkbookWriter::endSheet()
{
    m_out += "</sheetData></worksheet>";
    return flush(0);
}

void WorkbookWriter::openCell(const Column &column)
{
    m_out += "<c r=\"";
    m_out += column.letters;
    m_out += m_rowText;
    m_out += '"';
}

Result<void> WorkbookWriter::appendText(const Column &column, const std::string &text, int style)
{
    if (text.size() > size_t(kMostTextUnits)) {
        if (const qint64 length = utf16Length(text); length > kMostTextUnits) {
            return std::unexpected(Error {
                .code = Error::Code::NotImplemented,
                .message = u"Row %1 of column %2 has a text of %3 characters; a cell of a workbook holds 32,767."_s
                               .arg(m_rowCount)
                               .arg(QString::fromStdString(column.name), QLocale(QLocale::English).toString(length)),
                .hint = u"Write CSV or Parquet, which hold it whole, or leave the column out."_s });
        }
    }
    openCell(column);
    if (style != Normal)
        m_out += " s=\"" + std::to_string(style) + '"';
    m_out += " t=\"inlineStr\"><is><t xml:space=\"preserve\">";
    appendMarkupText(text, ControlForm::Excel, m_out);
    m_out += "</t></is></c>";
    return {};
}

// False for a value that has to be text.
bool WorkbookWriter::appendValue(const Column &column, const std::string &text)
{
    double serial = 0;
    int style = Normal;
    switch (column.kind) {
    case Kind::Text: return false;
    case Kind::Bool:
        openCell(column);
        m_out += text == "true" ? " t=\"b\"><v>1</v></c>" : " t=\"b\"><v>0</v></c>";
        return text == "true" || text == "false";
    case Kind::Integer:
    case Kind::Decimal:
    case Kind::Real: {
        const size_t start = !text.empty() && text[0] == '-' ? 1 : 0;
        const bool isNumber = text.size() > start && text[start] >= '0' && text[start] <= '9'
            && text.find_first_not_of("0123456789.eE+-") == std::string::npos;
        if (!isNumber || (column.kind != Kind::Real && significantDigits(text) > kMostDigits))
            return false;
        openCell(column);
        m_out += "><v>";
        m_out += text;
        m_out += "</v></c>";
        return true;
    }
    case Kind::Date: {
        std::string_view rest = text;
        const auto day = serialDay(rest, '\0');
        if (!day || !rest.empty())
            return false;
        serial = *day;
        style = DateStyle;
        break;
    }
    case Kind::Timestamp: {
        std::string_view rest = text;
        const auto day = serialDay(rest, ' ');
        const auto time = day ? milliseconds(rest) : std::nullopt;
        if (!time)
            return false;
        serial = *day + *time / 86'400'000.0;
        style = TimestampStyle;
        break;
    }
    case Kind::Time: {
        const auto time = milliseconds(text);
        if (!time)
            return false;
        serial = *time / 86'400'000.0;
        style = TimeStyle;
        break;
    }
    }
    openCell(column);
    m_out += " s=\"";
    m_out += char('0' + style);
    m_out += "\"><v>";
    char buffer[40];
    m_out.append(buffer, size_t(std::to_chars(buffer, buffer + sizeof buffer, serial).ptr - buffer));
    m_out += "</v></c>";
    return true;
}

Result<void> WorkbookWriter::appendRow(const arrow::RecordBatch &batch, qint64 row)
{
    m_out += "<row r=\"";
    m_out += m_rowText;
    m_out += "\">";
    for (size_t i = 0; i < m_columns.size(); ++i) {
        m_value.clear();
        if (!m_columns[i].formatter.appendText(batch, int(i), row, m_value) || appendValue(m_columns[i], m_value))
            continue;
        if (auto appended = appendText(m_columns[i], m_value, Normal); !appended)
            return appended;
    }
    m_out += "</row>";
    return {};
}

Result<void> WorkbookWriter::write(const arrow::RecordBatch &batch)
{
    for (qint64 row = 0; row < batch.num_rows(); ++row) {
        if (m_rowOfSheet == kMostRows || m_zip.fileBytes() > kMostSheetBytes) {
            if (m_options.isOneSheet) {
                return std::unexpected(Error { .code = Error::Code::NotImplemented,
                                               .message = u"The result has more rows than the %1 that fit in one sheet."_s.arg(
                                                   QLocale(QLocale::English).toString(m_rowCount)),
                                               .hint = u"Let it go on in a second sheet, or write Parquet or CSV."_s });
            }
            if (auto next = endSheet().and_then([this] { return beginSheet(); }); !next)
                return next;
        }
        m_rowText = std::to_string(++m_rowOfSheet);
        ++m_rowCount;
        if (auto appended = appendRow(batch, row); !appended)
            return appended;
        if (auto flushed = flush(ZipStream::kBufferBytes); !flushed)
            return flushed;
    }
    return {};
}

Result<void> WorkbookWriter::end()
{
    std::string types = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
                        "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
                        "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
                        "<Override PartName=\"/xl/workbook.xml\" ContentType=\"application/"
                        "vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>"
                        "<Override PartName=\"/xl/styles.xml\" ContentType=\"application/"
                        "vnd.openxmlformats-officedocument.spreadsheetml.styles+xml\"/>";
    std::string book = "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" "
                       "xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets>";
    const std::string relation = " Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/";
    const std::string relationsStart = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">";
    std::string relations = relationsStart + "<Relationship Id=\"styles\"" + relation + "styles\" Target=\"styles.xml\"/>";
    for (int i = 1; i <= m_sheetCount; ++i) {
        const std::string number = std::to_string(i);
        types += "<Override PartName=\"/xl/worksheets/sheet" + number
            + ".xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>";
        book += "<sheet name=\"";
        appendMarkupText(sheetName(i).toStdString(), ControlForm::Picture, book);
        book += "\" sheetId=\"" + number + "\" r:id=\"sheet" + number + "\"/>";
        relations += "<Relationship Id=\"sheet" + number + "\"" + relation + "worksheet\" Target=\"worksheets/sheet" + number
            + ".xml\"/>";
    }
    const std::string top = relationsStart + "<Relationship Id=\"book\"" + relation
        + "officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>";
    return endSheet()
        .and_then([&] { return addFile("xl/workbook.xml", book + "</sheets></workbook>"); })
        .and_then([&] { return addFile("xl/_rels/workbook.xml.rels", relations + "</Relationships>"); })
        .and_then([&] { return addFile("xl/styles.xml", kStyles); })
        .and_then([&] { return addFile("_rels/.rels", top); })
        .and_then([&] { return addFile("[Content_Types].xml", types + "</Types>"); })
        .and_then([&] { return m_zip.finish(); });
}

} // namespace Grebe
