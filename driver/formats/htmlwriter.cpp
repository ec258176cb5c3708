// SPDX-License-Identifier: Apache-2.0
#include "htmlwriter.h"

#include "markuptext.h"

namespace Grebe {

void HtmlWriter::writeHeader()
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
          "</style>\n</head>\n<body>\n<table>\n";
    if (m_options.hasHeader) {
        m_out += "<thead><tr>";
        for (const Column &column : m_columns) {
            m_out += column.formatter.alignment() == ColumnFormatter::Alignment::Right ? "<th class=\"n\" title=\"" : "<th title=\"";
            appendMarkupText(column.formatter.typeText().toStdString(), ControlForm::Picture, m_out);
            m_out += "\">";
            appendMarkupText(column.name, ControlForm::Picture, m_out);
            m_out += "</th>";
        }
        m_out += "</tr></thead>\n";
    }
    m_out += "<tbody>\n";
}

void HtmlWriter::writeRow(const arrow::RecordBatch &batch, qint64 row)
{
    m_out += "<tr>";
    for (size_t i = 0; i < m_columns.size(); ++i) {
        const ColumnFormatter &formatter = m_columns[i].formatter;
        m_value.clear();
        if (!formatter.appendText(batch, int(i), row, m_value)) {
            m_out += "<td class=\"null\">";
            appendMarkupText(m_options.nullText.value_or("NULL"), ControlForm::Picture, m_out);
        } else {
            m_out += formatter.alignment() == ColumnFormatter::Alignment::Right ? "<td class=\"n\">" : "<td>";
            appendMarkupText(m_value, ControlForm::Picture, m_out);
        }
        m_out += "</td>";
    }
    m_out += "</tr>\n";
}

void HtmlWriter::writeFooter()
{
    m_out += "</tbody>\n</table>\n</body>\n</html>\n";
}

} // namespace Grebe
