// SPDX-License-Identifier: Apache-2.0
#include "trinopage.h"

#include "trinoerror.h"
#include "trinorowdecoder.h"
#include "trinostats.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <simdjson.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

Error invalidPage(const QString &what)
{
    return {.code = Error::Code::InvalidData, .message = u"The server's answer is not a page of a result: %1."_s.arg(what)};
}

Error invalidJson(const JsonReader &reader)
{
    return {.code = Error::Code::InvalidData,
            .message = u"The server's answer is not valid JSON: at byte %1, %2."_s.arg(reader.errorOffset())
                           .arg(QString::fromLatin1(reader.what()))};
}

std::string_view view(const char *begin, const char *end)
{
    return {begin, size_t(end - begin)};
}

/// Where a page begins and ends without the white space and the byte order mark around it.
void trim(const char *&begin, const char *&end)
{
    if (view(begin, end).starts_with("\xEF\xBB\xBF"))
        begin += 3;
    while (begin < end && isJsonSpace(*begin))
        ++begin;
    while (end > begin && isJsonSpace(end[-1]))
        --end;
}

/// A page's outer braces are the cheap sign of a whole one.
std::optional<Error> checkBraces(const char *begin, const char *end)
{
    if (begin == end)
        return invalidPage(u"it is empty"_s);
    if (*begin != '{')
        return invalidPage(u"it does not begin with {"_s);
    if (end[-1] != '}')
        return invalidPage(u"it was cut off: it does not end with }"_s);
    return {};
}

/// One top-level member of a page.
struct Member
{
    std::string name;
    const char *begin; // of the value
    const char *end;
};

/// Goes over the members of an object; the caller reads or skips each value.
class MemberReader
{
public:
    enum Start { AtBrace, AtMember };
    explicit MemberReader(JsonReader &reader, Start start = AtBrace) : m_reader(reader), m_start(start) { }

    /// Steps to the next value; false at the end of the object and after an error (then what() tells).
    bool next(std::string &name)
    {
        if (m_isFirst && m_start == AtBrace && !m_reader.take('{'))
            return m_reader.fail("an object was expected");
        if (m_reader.take('}'))
            return false;
        if (!m_isFirst && !m_reader.take(','))
            return m_reader.fail("a comma or } is missing");
        m_isFirst = false;
        m_reader.skipSpace();
        if (m_reader.peek() != '"')
            return m_reader.fail("a member name is missing");
        std::string_view text;
        if (m_reader.readString(text) == JsonReader::StringResult::Malformed)
            return false;
        name = text;
        if (!m_reader.take(':'))
            return m_reader.fail("a colon is missing behind a member name");
        m_reader.skipSpace();
        return true;
    }

private:
    JsonReader &m_reader;
    const Start m_start;
    bool m_isFirst = true;
};

/// Whether a page is whole, told from its end: the members from the last "stats" on, which the server writes behind the
/// rows, lead to the closing brace. The pages are chunked, and Qt may take a cut one for whole. A row may hold a map
/// with that key, so a page cut right behind it could pass: its rows are then refused when they are decoded.
bool hasWholeTail(const char *begin, const char *end)
{
    const size_t position = view(begin, end).rfind("\"stats\":");
    if (position == std::string_view::npos)
        return false;
    JsonReader reader(begin, end);
    reader.setPosition(begin + position);
    MemberReader members(reader, MemberReader::AtMember);
    std::string name;
    while (members.next(name)) {
        if (!reader.skipValue(1))
            return false;
    }
    reader.skipSpace();
    return !reader.what() && reader.atEnd();
}

/// The text of a string value, or nothing where it is null or something else.
QString stringValue(const char *begin, const char *end)
{
    JsonReader reader(begin, end);
    std::string_view text;
    if (reader.peek() != '"' || reader.readString(text) != JsonReader::StringResult::Text)
        return {};
    return QString::fromUtf8(text.data(), qsizetype(text.size()));
}

QUrl urlValue(const char *begin, const char *end)
{
    return QUrl(stringValue(begin, end), QUrl::StrictMode);
}

void readHeadMember(TrinoPageHead &head, std::string_view name, const char *begin, const char *end)
{
    if (name == "id")
        head.queryId = stringValue(begin, end);
    else if (name == "infoUri")
        head.infoUri = urlValue(begin, end);
    else if (name == "partialCancelUri")
        head.partialCancelUri = urlValue(begin, end);
    else if (name == "nextUri")
        head.nextUri = urlValue(begin, end);
}

/// A next page that can't be asked for must not look like the last page.
bool isUnusable(const QUrl &nextUri, const char *value)
{
    return *value != 'n' && (nextUri.isEmpty() || !nextUri.isValid());
}

std::optional<Error> utf8Error(const char *begin, const char *end)
{
    const qint64 offset = invalidUtf8Offset(begin, end);
    if (offset < 0)
        return {};
    return Error {.code = Error::Code::InvalidData,
                  .message = u"The server's answer is not valid UTF-8: at byte %1."_s.arg(offset)};
}

/// Reads one page into `page`.
class PageDecoder
{
public:
    PageDecoder(QByteArrayView bytes, const std::shared_ptr<const TrinoRowDecoder> &previous)
        : m_begin(bytes.data()), m_end(bytes.data() + bytes.size()), m_previous(previous)
    {
        m_page.decoder = previous;
    }

    Result<TrinoPage> run()
    {
        // Offsets in messages count from the page's first byte, as one would see it in a file.
        const char *begin = m_begin, *end = m_end;
        trim(begin, end);
        if (auto error = checkBraces(begin, end))
            return std::unexpected(*error);
        if (auto error = utf8Error(m_begin, m_end))
            return std::unexpected(*error);
        JsonReader reader(m_begin, m_end);
        reader.setPosition(begin);
        if (!readMembers(reader))
            return std::unexpected(m_error);
        if (!readColumnsAndRows())
            return std::unexpected(m_error);
        if (!readRest())
            return std::unexpected(m_error);
        return std::move(m_page);
    }

private:
    bool readMembers(JsonReader &reader)
    {
        MemberReader members(reader);
        Member member;
        while (members.next(member.name)) {
            member.begin = reader.position();
            if (member.name == "data" && reader.peek() == '[' && find("columns") && !find("data")) {
                // In the server's order the columns are known here: the rows are read where they stand.
                if (!readColumns() || !decodeRows(reader))
                    return false;
                m_hasDecodedRows = true;
            } else if (!reader.skipValue(1)) {
                m_error = invalidJson(reader);
                return false;
            }
            member.end = reader.position();
            if (find(member.name)) {
                m_error = invalidPage(u"it has the member \"%1\" twice"_s.arg(QString::fromStdString(member.name).left(100)));
                return false;
            }
            m_members.push_back(member);
        }
        if (reader.what()) {
            m_error = invalidJson(reader);
            return false;
        }
        reader.skipSpace();
        if (!reader.atEnd()) {
            reader.fail("something follows the closing }");
            m_error = invalidJson(reader);
            return false;
        }
        return true;
    }

    bool readColumnsAndRows()
    {
        if (!readColumns())
            return false;
        const Member *data = find("data");
        if (!data || m_hasDecodedRows || *data->begin == 'n')
            return true;
        if (*data->begin == '{') {
            m_page.hasSpooledData = true;
            return true;
        }
        JsonReader reader(m_begin, m_end);
        reader.setPosition(data->begin);
        return decodeRows(reader);
    }

    bool readColumns()
    {
        const Member *columns = find("columns");
        if (m_hasReadColumns || !columns || *columns->begin == 'n')
            return true;
        m_hasReadColumns = true;
        const std::string_view source = view(columns->begin, columns->end);
        if (m_previous && m_previous->isFrom(source))
            return true;
        simdjson::dom::parser parser;
        simdjson::dom::element element;
        if (const auto error = parser.parse(source.data(), source.size()).get(element)) {
            m_error = invalidPage(u"its columns can't be read (%1)"_s.arg(QString::fromLatin1(simdjson::error_message(error))));
            return false;
        }
        auto parsed = parseTrinoColumns(element);
        if (!parsed) {
            m_error = parsed.error();
            return false;
        }
        auto decoder = std::make_shared<const TrinoRowDecoder>(std::move(*parsed), source);
        if (m_previous && m_previous->hasDeliveredRows()) {
            if (!decoder->schema()->Equals(*m_previous->schema(), true)) {
                m_error = {.code = Error::Code::InvalidData,
                           .message = u"The server changed the columns of the result in the middle of it, from %1 to %2."_s.arg(
                               m_previous->columnList(), decoder->columnList())};
                return false;
            }
            return true; // the same, spelled differently
        }
        m_page.decoder = std::move(decoder);
        return true;
    }

    bool decodeRows(JsonReader &reader)
    {
        if (!m_page.decoder) {
            m_error = invalidPage(u"it has rows, and the server has not said what their columns are"_s);
            return false;
        }
        auto rows = m_page.decoder->decode(reader);
        if (!rows) {
            m_error = rows.error();
            return false;
        }
        m_page.batch = std::move(rows->batch);
        m_page.unparsableCount = rows->unparsableCount;
        m_page.firstUnparsable = rows->firstUnparsable;
        return true;
    }

    /// Everything but columns and rows is small, and left to the parser.
    bool readRest()
    {
        for (const Member &member : m_members) {
            readHeadMember(m_page.head, member.name, member.begin, member.end);
            if (member.name == "updateType")
                m_page.updateType = stringValue(member.begin, member.end);
        }
        if (const Member *next = find("nextUri"); next && isUnusable(m_page.head.nextUri, next->begin)) {
            m_error = invalidPage(u"its nextUri is not a URL"_s);
            return false;
        }
        simdjson::dom::parser parser;
        simdjson::dom::element element;
        if (parse(parser, "stats", element) && element.is_object()) {
            m_page.progress = trinoProgress(element);
            m_page.hasProgress = true;
        }
        int64_t updateCount;
        if (parse(parser, "updateCount", element) && element.get(updateCount) == simdjson::SUCCESS)
            m_page.updateCount = updateCount;
        if (parse(parser, "warnings", element) && element.is_array())
            readWarnings(element);
        if (const Member *error = find("error"); error && *error->begin != 'n') {
            // An error that can't be read is an error still.
            if (parse(parser, "error", element) && element.is_object())
                m_page.error = trinoError(element, m_page.head.queryId);
            else
                m_page.error = Error {.code = Error::Code::Unknown,
                                      .message = u"The query failed, and the server's error can't be read."_s,
                                      .detail = QString::fromUtf8(view(error->begin, error->end).substr(0, 4096)),
                                      .queryId = m_page.head.queryId};
            m_page.error->infoUrl = m_page.head.infoUri.toString();
        }
        return true;
    }

    void readWarnings(const simdjson::dom::element &array)
    {
        for (const simdjson::dom::element warning : simdjson::dom::array(array)) {
            std::string_view name, message;
            if (warning["message"].get(message) != simdjson::SUCCESS)
                continue;
            if (warning["warningCode"]["name"].get(name) != simdjson::SUCCESS)
                name = {};
            m_page.warnings.append({.code = QString::fromUtf8(name.data(), qsizetype(name.size())),
                                    .message = QString::fromUtf8(message.data(), qsizetype(message.size()))});
        }
    }

    /// False where there is no such member, and where it is beyond the parser: numbers without end, for example.
    bool parse(simdjson::dom::parser &parser, std::string_view name, simdjson::dom::element &element) const
    {
        const Member *member = find(name);
        return member && parser.parse(member->begin, size_t(member->end - member->begin)).get(element) == simdjson::SUCCESS;
    }

    const Member *find(std::string_view name) const
    {
        const auto found = std::ranges::find(m_members, name, &Member::name);
        return found == m_members.end() ? nullptr : &*found;
    }

    const char *const m_begin;
    const char *const m_end;
    std::shared_ptr<const TrinoRowDecoder> m_previous;
    std::vector<Member> m_members;
    bool m_hasReadColumns = false;
    bool m_hasDecodedRows = false;
    TrinoPage m_page;
    Error m_error;
};

} // namespace

Result<TrinoPageHead> readPageHead(QByteArrayView page)
{
    const char *begin = page.data(), *end = page.data() + page.size();
    trim(begin, end);
    if (auto error = checkBraces(begin, end))
        return std::unexpected(*error);
    JsonReader reader(page.data(), page.data() + page.size());
    reader.setPosition(begin);
    MemberReader members(reader);
    TrinoPageHead head;
    std::string name;
    bool hasNext = false;
    while (members.next(name)) {
        // The server writes nextUri before the rows. Where it did not, it may come behind them, or this is the last page.
        if (name == "data" && hasNext && hasWholeTail(reader.position(), end))
            return head;
        const char *value = reader.position();
        if (!reader.skipValue(1))
            break;
        readHeadMember(head, name, value, reader.position());
        if (name == "nextUri") {
            hasNext = *value != 'n';
            if (isUnusable(head.nextUri, value))
                return std::unexpected(invalidPage(u"its nextUri is not a URL"_s));
        }
    }
    if (reader.what())
        return std::unexpected(invalidJson(reader));
    reader.skipSpace();
    if (!reader.atEnd())
        return std::unexpected(invalidPage(u"something follows the closing }"_s));
    return head;
}

Result<TrinoPage> decodePage(QByteArrayView page, const std::shared_ptr<const TrinoRowDecoder> &decoder)
{
    return PageDecoder(page, decoder).run();
}

} // namespace Grebe
