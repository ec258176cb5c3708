// SPDX-License-Identifier: Apache-2.0
#include "htmlwriter.h"

#include "markuptext.h"

namespace Grebe {

void HtmlWriter::writeHeader()
{
    if (!m_options.isFragment)
        writeHead();
    m_out += "<table>\n";
    if (m_options.hasHeader) {
        m_out += m_options.isFragment ? "<tr>" : "<thead><tr>";
        for (const Column &column : m_columns)
            writeCell("th", column, column.name, !m_options.isFragment);
        m_out += m_options.isFragment ? "</tr>\n" : "</tr></thead>\n";
    }
    m_out += m_options.isFragment ? "" : "<tbody>\n";
}

void HtmlWriter::writeHead()
{
    std::string title;
    appendMarkupText(m_options.title.isEmpty() ? "Result" : m_options.title.toStdString(), ControlForm::Picture, title);
    m_out += "<!DOCTYPE html>\n<html>\n<head>\n<meta charset=\"utf-8\"/>\n<title>" + title
        + "</title>\n<style>\n"
          ":root { color-scheme: light dark; }\n"
          "body { font: 14px/1.4 system-ui, sans-serif; margin: 16px; }\n"
          "table { border-collapse: collapse; font-variant-numeric: tabular-nums; }\n"
          "th, td { border: 1px solid #8886; padding: 3px 8px; text-align: left; vertical-align: top; white-space: pre-wrap; }\n"
          "th { position: sticky; top: 0; background: Canvas; }\n"
          ".n { text-align: right; }\n"
          ".null { color: #888; font-style: italic; }\n"
          "</style>\n</head>\n<body>\n";
}

// A style sheet does not survive being pasted, so a fragment has attributes and line breaks instead.
void HtmlWriter::writeCell(std::string_view tag, const Column &column, std::string_view text, bool hasType)
{
    m_out += '<';
    m_out += tag;
    if (column.formatter.alignment() == ColumnFormatter::Alignment::Right)
        m_out += m_options.isFragment ? " align=\"right\"" : " class=\"n\"";
    if (hasType) {
        m_out += " title=\"";
        appendMarkupText(column.formatter.typeText().toStdString(), ControlForm::Picture, m_out);
        m_out += '"';
    }
    m_out += '>';
    for (size_t end = 0; m_options.isFragment && (end = text.find('\n')) != std::string_view::npos;) {
        appendMarkupText(text.substr(0, end), ControlForm::Picture, m_out);
        m_out += "<br/>";
        text.remove_prefix(end + 1);
    }
    appendMarkupText(text, ControlForm::Picture, m_out);
    m_out += "</";
    m_out += tag;
    m_out += '>';
}

void HtmlWriter::writeRow(const arrow::RecordBatch &batch, qint64 row)
{
    m_out += "<tr>";
    for (size_t i = 0; i < m_columns.size(); ++i) {
        m_value.clear();
        if (m_columns[i].formatter.appendText(batch, int(i), row, m_value)) {
            writeCell("td", m_columns[i], m_value);
        } else if (m_options.isFragment) {
            m_out += "<td></td>";
        } else {
            m_out += "<td class=\"null\">";
            appendMarkupText(m_options.nullText.value_or("NULL"), ControlForm::Picture, m_out);
            m_out += "</td>";
        }
    }
    m_out += "</tr>\n";
}

void HtmlWriter::writeFooter()
{
    m_out += m_options.isFragment ? "</table>\n" : "</tbody>\n</table>\n</body>\n</html>\n";
}

} // namespace Grebe
