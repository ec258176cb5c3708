// SPDX-License-Identifier: Apache-2.0
#include "exportoptions.h"

#include "widgets/label.h"

#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QLineEdit>
#include <QSpinBox>

using namespace Qt::StringLiterals;

namespace Grebe {

ExportOptions::ExportOptions(QWidget *parent)
    : QWidget(parent), m_grid(new QGridLayout(this)), m_delimiter(new QComboBox), m_encoding(new QComboBox),
      m_lineEnd(new QComboBox), m_fullSheet(new QComboBox),
      m_null(new QLineEdit), m_table(new QLineEdit), m_rowsPerInsert(new QSpinBox),
      m_header(new QCheckBox(tr("Column names in the first row"))), m_quotesAll(new QCheckBox(tr("Quotes around every value"))),
      m_guard(new QCheckBox(tr("Protect spreadsheets: ' in front of text like a formula")))
{
    m_grid->setContentsMargins({});
    m_grid->setHorizontalSpacing(12);
    m_grid->setVerticalSpacing(8);
    m_grid->setColumnMinimumWidth(0, 96);
    m_grid->setColumnStretch(1, 1);
    m_delimiter->addItem(tr("Comma"), u","_s);
    m_delimiter->addItem(tr("Semicolon"), u";"_s);
    m_delimiter->addItem(tr("Tab"), u"\t"_s);
    m_delimiter->addItem(tr("Bar"), u"|"_s);
    m_lineEnd->addItem(tr("As the format has it"), QString());
    m_lineEnd->addItem(tr("CR LF (Windows)"), u"\r\n"_s);
    m_lineEnd->addItem(tr("LF (Unix)"), u"\n"_s);
    m_encoding->addItem(tr("UTF-8"), u"utf-8"_s);
    m_encoding->addItem(tr("UTF-8 with byte order mark, for Excel"), u"utf-8-bom"_s);
    m_encoding->addItem(tr("UTF-16, little-endian"), u"utf-16le"_s);
    m_encoding->addItem(tr("Latin-1, an error for what it does not have"), u"latin-1"_s);
    m_fullSheet->addItem(tr("go on in the next sheet"), u"next"_s);
    m_fullSheet->addItem(tr("are an error"), u"error"_s);
    m_null->setObjectName(u"null"_s);
    m_encoding->setObjectName(u"encoding"_s);
    m_fullSheet->setObjectName(u"fullSheet"_s);
    m_table->setObjectName(u"table"_s);
    m_rowsPerInsert->setObjectName(u"rowsPerInsert"_s);
    m_delimiter->setObjectName(u"delimiter"_s);
    m_lineEnd->setObjectName(u"lineEnd"_s);
    m_header->setObjectName(u"header"_s);
    m_quotesAll->setObjectName(u"quotesAll"_s);
    m_guard->setObjectName(u"guard"_s);
    m_null->setPlaceholderText(tr("as the format has it"));
    m_rowsPerInsert->setRange(1, 100'000);
    m_rowsPerInsert->setValue(500);
    m_header->setChecked(true);
    m_guard->setToolTip(tr("The text is then no longer the one in the table: for files that a person opens, not for programs."));

    addRow(tr("Separator"), m_delimiter, { u"csv"_s });
    addRow(tr("Encoding"), m_encoding, { u"csv"_s, u"tsv"_s });
    addRow(tr("Lines end in"), m_lineEnd, { u"csv"_s, u"tsv"_s });
    addRow(tr("NULL is"), m_null, { u"csv"_s, u"tsv"_s, u"table"_s, u"markdown"_s, u"html"_s });
    addRow(tr("Table"), m_table, { u"insert"_s, u"duckdb"_s });
    addRow(tr("Rows a statement"), m_rowsPerInsert, { u"insert"_s });
    addRow(tr("Over 1,048,576 rows"), m_fullSheet, { u"xlsx"_s });
    addRow({}, m_header, { u"csv"_s, u"tsv"_s, u"table"_s, u"html"_s, u"xlsx"_s });
    addRow({}, m_quotesAll, { u"csv"_s });
    addRow({}, m_guard, { u"csv"_s, u"tsv"_s });
    connect(m_guard, &QCheckBox::toggled, this, &ExportOptions::edited);
}

void ExportOptions::addRow(const QString &caption, QWidget *field, const QStringList &formats)
{
    const int row = int(m_rows.size());
    QList<QWidget *> widgets { field };
    if (!caption.isEmpty()) {
        auto *label = new Label(caption, Theme::Subdued, this);
        label->setBuddy(field);
        field->setAccessibleName(caption);
        m_grid->addWidget(label, row, 0);
        widgets << label;
    }
    m_grid->addWidget(field, row, 1);
    m_rows.append({ widgets, formats });
}

void ExportOptions::setFormat(const QString &formatId)
{
    m_formatId = formatId;
    for (const Row &row : std::as_const(m_rows)) {
        for (QWidget *widget : row.widgets)
            widget->setVisible(row.formats.contains(formatId));
    }
}

bool ExportOptions::guardsFormulas() const
{
    return m_guard->isChecked() && (m_formatId == "csv"_L1 || m_formatId == "tsv"_L1);
}

WriteOptions ExportOptions::options() const
{
    WriteOptions options;
    options.delimiter = m_delimiter->currentData().toString().at(0).toLatin1();
    options.hasHeader = m_header->isChecked();
    options.lineEnd = m_lineEnd->currentData().toString().toStdString();
    if (!m_null->text().isEmpty())
        options.nullText = m_null->text().toStdString();
    options.quotesAll = m_quotesAll->isChecked();
    const QString encoding = m_encoding->currentData().toString();
    options.hasByteOrderMark = encoding == "utf-8-bom"_L1;
    options.encoding = encoding == "utf-16le"_L1 ? TextEncoding::Utf16Le
        : encoding == "latin-1"_L1               ? TextEncoding::Latin1
                                                 : TextEncoding::Utf8;
    options.isOneSheet = m_fullSheet->currentData() == u"error"_s;
    options.guardsFormulas = guardsFormulas();
    if (!m_table->text().isEmpty())
        options.table = ObjectPath({ m_table->text() });
    options.rowsPerInsert = m_rowsPerInsert->value();
    return options;
}

void ExportOptions::setTable(const QString &name)
{
    m_table->setText(name);
}

QJsonObject ExportOptions::state() const
{
    return {
        { u"delimiter"_s, m_delimiter->currentData().toString() },
        { u"lineEnd"_s, m_lineEnd->currentData().toString() },
        { u"null"_s, m_null->text() },
        { u"rowsPerInsert"_s, m_rowsPerInsert->value() },
        { u"header"_s, m_header->isChecked() },
        { u"quotesAll"_s, m_quotesAll->isChecked() },
        { u"encoding"_s, m_encoding->currentData().toString() },
        { u"fullSheet"_s, m_fullSheet->currentData().toString() },
        { u"guard"_s, m_guard->isChecked() },
    };
}

void ExportOptions::setState(const QJsonObject &state)
{
    const auto choose = [&](QComboBox *box, const QString &key) {
        const int index = box->findData(state.value(key).toString());
        if (state.contains(key) && index >= 0)
            box->setCurrentIndex(index);
    };
    choose(m_delimiter, u"delimiter"_s);
    choose(m_lineEnd, u"lineEnd"_s);
    choose(m_encoding, u"encoding"_s);
    choose(m_fullSheet, u"fullSheet"_s);
    m_null->setText(state.value(u"null"_s).toString());
    m_rowsPerInsert->setValue(state.value(u"rowsPerInsert"_s).toInt(m_rowsPerInsert->value()));
    m_header->setChecked(state.value(u"header"_s).toBool(true));
    m_quotesAll->setChecked(state.value(u"quotesAll"_s).toBool());
    m_guard->setChecked(state.value(u"guard"_s).toBool());
}

} // namespace Grebe
