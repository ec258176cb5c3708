// SPDX-License-Identifier: Apache-2.0
#include "exportdialog.h"

#include "exportoptions.h"

#include "results/cellformatter.h"
#include "settings/settings.h"
#include "widgets/button.h"
#include "widgets/label.h"
#include "widgets/pane.h"
#include "widgets/segmented.h"

#include <QComboBox>
#include <QDesktopServices>
#include <QDir>
#include <QFileDialog>
#include <QGridLayout>
#include <QJsonDocument>
#include <QLineEdit>
#include <QProgressBar>
#include <QStackedWidget>
#include <QStandardPaths>
#include <QStorageInfo>
#include <QUrl>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

QString rangeText(const CellRange &range)
{
    return range.rowCount == 1 ? ExportDialog::tr("1 row") : ExportDialog::tr("%1 rows").arg(countText(range.rowCount));
}

} // namespace

ExportDialog::ExportDialog(ExportRequest request, Settings *settings, QWidget *parent)
    : QDialog(parent), m_request(std::move(request)), m_settings(settings), m_stack(new QStackedWidget),
      m_note(new Label(QString(), Theme::Subdued)), m_cancel(new Button(Button::Plain, tr("Cancel"))),
      m_export(new Button(Button::Primary, tr("Export"))), m_folder(new Button(Button::Plain, tr("Open Folder")))
{
    setWindowTitle(tr("Export %1").arg(m_request.title));
    setAttribute(Qt::WA_DeleteOnClose);
    setMinimumWidth(600);

    m_stack->addWidget(makeForm());
    m_stack->addWidget(makeProgress());
    m_note->setWordWrap(true);
    m_note->setObjectName(u"note"_s);
    m_note->setContentsMargins(20, 0, 20, 12);
    m_note->setTextInteractionFlags(Qt::TextSelectableByMouse);

    auto *footer = new Pane(Pane::LineAbove, this);
    auto *buttons = new QHBoxLayout(footer);
    buttons->setContentsMargins(18, 12, 18, 12);
    buttons->setSpacing(8);
    buttons->addWidget(m_folder);
    buttons->addStretch(1);
    buttons->addWidget(m_cancel);
    buttons->addWidget(m_export);
    m_folder->hide();
    connect(m_cancel, &QAbstractButton::clicked, this, &ExportDialog::reject);
    connect(m_export, &QAbstractButton::clicked, this, &ExportDialog::start);
    connect(m_folder, &QAbstractButton::clicked, this, [this] {
        QDesktopServices::openUrl(QUrl::fromLocalFile(QFileInfo(m_job->fileName()).absolutePath()));
    });

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(m_stack, 1);
    layout->addWidget(m_note);
    layout->addWidget(footer);

    const QString options = m_settings->value(Settings::ExportOptions).toString();
    m_options->setState(QJsonDocument::fromJson(options.toUtf8()).object());
    m_options->setTable(m_request.title);
    setFormat(m_settings->value(Settings::ExportFormat).toString());
    showRows();
    m_file->setFocus();
}

ExportDialog::~ExportDialog() = default;

QWidget *ExportDialog::makeForm()
{
    auto *form = new QWidget;
    auto *heading = new Label(tr("Export %1").arg(m_request.title));
    QFont bold = font();
    bold.setBold(true);
    bold.setPixelSize(fontInfo().pixelSize() + 2);
    heading->setFont(bold);
    heading->setElided(true);

    m_rows = new Segmented;
    m_rows->setObjectName(u"rows"_s);
    m_rows->setAccessibleName(tr("Rows"));
    if (m_request.all) {
        addRows(Rows::All, m_request.incomplete.isEmpty() ? tr("All %1").arg(rangeText(*m_request.all))
                                                          : tr("The %1 that came").arg(rangeText(*m_request.all)));
    }
    if (m_request.shown)
        addRows(Rows::Shown, tr("As shown: %1").arg(rangeText(*m_request.shown)));
    if (m_request.selection) {
        const qsizetype columns = m_request.selection->columns.size();
        addRows(Rows::Selection, tr("Selection: %1, %2")
                                     .arg(rangeText(*m_request.selection),
                                          columns == 1 ? tr("1 column") : tr("%1 columns").arg(countText(columns))));
    }
    if (m_request.runAgain)
        addRows(Rows::Again, m_request.isAtLimit ? tr("All rows, run again") : m_request.all ? tr("Run again into the file") : tr("Run into the file"));
    if (m_request.isAtLimit && m_request.runAgain) // exports are whole unless somebody wants a part
        m_rows->setCurrentIndex(int(m_rowChoices.size()) - 1);
    connect(m_rows, &Segmented::currentChanged, this, [this] {
        propose();
        showRows();
    });

    m_format = new QComboBox;
    m_format->setObjectName(u"format"_s);
    m_format->setAccessibleName(tr("Format"));
    for (const ResultFormat &format : resultFormats()) {
        if (!format.suffixes.isEmpty())
            m_format->addItem(format.label, format.id);
    }
    connect(m_format, &QComboBox::currentIndexChanged, this, &ExportDialog::formatChosen);
    m_help = new Label(QString(), Theme::Subdued);
    m_help->setWordWrap(true);
    m_file = new QLineEdit;
    m_file->setObjectName(u"file"_s);
    m_file->setAccessibleName(tr("File"));
    connect(m_file, &QLineEdit::textEdited, this, [this](const QString &name) {
        const QString suffixFormat = formatForFileName(name);
        if (!suffixFormat.isEmpty() && suffixFormat != formatId())
            m_format->setCurrentIndex(m_format->findData(suffixFormat));
        showRows();
    });
    connect(m_file, &QLineEdit::returnPressed, this, &ExportDialog::start);
    auto *browse = new Button(Button::Plain, tr("Browse…"));
    connect(browse, &QAbstractButton::clicked, this, &ExportDialog::browse);
    m_options = new ExportOptions;
    connect(m_options, &ExportOptions::edited, this, &ExportDialog::propose);

    auto *grid = new QGridLayout;
    grid->setHorizontalSpacing(12);
    grid->setVerticalSpacing(8);
    grid->setColumnMinimumWidth(0, 96);
    grid->setColumnStretch(1, 1);
    const auto addRow = [grid](const QString &caption, QWidget *field, QWidget *beside = nullptr) {
        const int row = grid->rowCount();
        if (!caption.isEmpty())
            grid->addWidget(new Label(caption, Theme::Subdued), row, 0);
        grid->addWidget(field, row, 1, 1, beside ? 1 : 2);
        if (beside)
            grid->addWidget(beside, row, 2);
    };
    addRow(tr("Rows"), m_rows);
    addRow(tr("Format"), m_format);
    addRow({}, m_help);
    addRow(tr("File"), m_file, browse);

    auto *layout = new QVBoxLayout(form);
    layout->setContentsMargins(20, 16, 20, 12);
    layout->setSpacing(10);
    layout->addWidget(heading);
    layout->addLayout(grid);
    layout->addWidget(m_options);
    layout->addStretch(1);
    return form;
}

void ExportDialog::addRows(Rows rows, const QString &text)
{
    m_rowChoices << rows;
    m_rows->addSegment(text);
}

QWidget *ExportDialog::makeProgress()
{
    auto *page = new QWidget;
    m_progressHeading = new Label;
    QFont bold = font();
    bold.setBold(true);
    bold.setPixelSize(fontInfo().pixelSize() + 2);
    m_progressHeading->setFont(bold);
    m_progressHeading->setElided(true);
    m_bar = new QProgressBar;
    m_bar->setTextVisible(false);
    m_bar->setAccessibleName(tr("Progress"));
    m_progressText = new Label;
    m_progressText->setFont(Theme::tabularFont(font()));
    m_remarks = new Label(QString(), Theme::Warning);
    m_remarks->setWordWrap(true);
    m_remarks->hide();
    auto *layout = new QVBoxLayout(page);
    layout->setContentsMargins(20, 16, 20, 12);
    layout->setSpacing(10);
    layout->addWidget(m_progressHeading);
    layout->addWidget(m_bar);
    layout->addWidget(m_progressText);
    layout->addWidget(m_remarks);
    layout->addStretch(1);
    return page;
}

QString ExportDialog::fileName() const
{
    const QString text = m_file->text().trimmed();
    return text.isEmpty() ? text : QDir::cleanPath(QDir::home().absoluteFilePath(text));
}

QString ExportDialog::formatId() const
{
    return m_format->currentData().toString();
}

bool ExportDialog::isDatabase() const
{
    const auto format = std::ranges::find(resultFormats(), formatId(), &ResultFormat::id);
    return format != resultFormats().end() && format->isDatabase;
}

QString ExportDialog::tableKey() const
{
    return fileName() + u'\n' + m_options->options().table.parts().join(u'.');
}

QString ExportDialog::note() const
{
    return m_note->text();
}

void ExportDialog::setFormat(const QString &formatId)
{
    const int index = m_format->findData(formatId);
    m_format->setCurrentIndex(index < 0 ? m_format->findData(u"csv"_s) : index);
    formatChosen();
}

void ExportDialog::setFileName(const QString &fileName)
{
    m_file->setText(fileName);
    showRows();
}

ExportDialog::Rows ExportDialog::rows() const
{
    return m_rowChoices.value(m_rows->currentIndex(), Rows::All);
}

const CellRange &ExportDialog::range() const
{
    return rows() == Rows::Selection ? *m_request.selection : rows() == Rows::Shown ? *m_request.shown : *m_request.all;
}

// A guess: text is about as large as the values in memory, binary formats are smaller.
QString ExportDialog::spaceWarning() const
{
    const QStorageInfo disk(QFileInfo(fileName()).absolutePath());
    if (rows() == Rows::Again || !disk.isValid() || !range().store || range().store->rowCount() == 0)
        return {};
    const double share = double(range().rowCount) / double(range().store->rowCount());
    const auto needed = qint64(double(range().store->byteCount()) * std::min(1.0, share));
    if (needed <= disk.bytesAvailable())
        return {};
    return tr("The disk has %1 left; this may need about %2.").arg(sizeText(disk.bytesAvailable()), sizeText(needed));
}

QString ExportDialog::proposedName() const
{
    QString name = fileNameFor(m_request.title);
    if (rows() == Rows::Selection)
        name += tr("-selection");
    else if (rows() == Rows::Shown)
        name += tr("-as-shown");
    else if (rows() == Rows::All && !m_request.incomplete.isEmpty())
        name += tr("-incomplete");
    if (m_options->guardsFormulas()) // whoever gets the file should know that its text is not quite the table's
        name += tr("-for-spreadsheets");
    const auto format = std::ranges::find(resultFormats(), formatId(), &ResultFormat::id);
    return name + u'.' + format->suffixes.first();
}

// A name that a person typed keeps its folder and stem; only its suffix goes with the format.
void ExportDialog::propose()
{
    if (m_file->text() == m_proposed) {
        QString folder = m_settings->value(Settings::ExportFolder).toString();
        if (folder.isEmpty() || !QDir(folder).exists())
            folder = QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation);
        m_proposed = QDir(folder).filePath(proposedName());
        m_file->setText(m_proposed);
        m_file->setCursorPosition(int(m_proposed.size()));
        return;
    }
    const QFileInfo info(m_file->text());
    const QString suffixFormat = formatForFileName(info.fileName());
    if (!suffixFormat.isEmpty() && suffixFormat != formatId()) {
        const auto format = std::ranges::find(resultFormats(), formatId(), &ResultFormat::id);
        m_file->setText(m_file->text().chopped(info.suffix().size()) + format->suffixes.first());
    }
}

void ExportDialog::formatChosen()
{
    const auto format = std::ranges::find(resultFormats(), formatId(), &ResultFormat::id);
    m_help->setText(format->help.left(1).toUpper() + format->help.mid(1) + u'.');
    m_options->setFormat(formatId());
    propose();
    showRows();
}

void ExportDialog::browse()
{
    auto *dialog = new QFileDialog(this, tr("Export to"), fileName());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString &name) {
        m_confirmed = QDir::cleanPath(name); // the file dialog has asked
        m_file->setText(name);
        const QString suffixFormat = formatForFileName(name);
        if (!suffixFormat.isEmpty())
            m_format->setCurrentIndex(m_format->findData(suffixFormat));
        showRows();
    });
    dialog->open();
}

void ExportDialog::showNote(const QString &text, int role)
{
    m_note->setRole(Theme::Role(role));
    m_note->setText(text);
    m_note->setVisible(!text.isEmpty());
}

// What a press of the button would do.
void ExportDialog::showRows()
{
    m_export->setText(tr("Export"));
    QStringList notes;
    if (rows() != Rows::Again && rows() != Rows::Selection && !m_request.incomplete.isEmpty())
        notes << tr("These rows are not all: %1.").arg(m_request.incomplete);
    if (rows() == Rows::Again && m_request.isAtLimit)
        notes << tr("The query stops where it waits, keeps its rows here, and runs anew straight into the file.");
    if (const QString warning = spaceWarning(); !warning.isEmpty())
        notes << warning;
    showNote(notes.join(u'\n'), rows() == Rows::Again ? Theme::Subdued : Theme::Warning);
}

void ExportDialog::start()
{
    if (m_job)
        return;
    const QString name = fileName();
    const QFileInfo info(name);
    if (name.isEmpty() || info.isDir()) {
        showNote(tr("Which file? Give it a name."), Theme::Failure);
        m_file->setFocus();
        return;
    }
    if (!QFileInfo(info.absolutePath()).isDir()) {
        showNote(tr("There is no folder %1.").arg(info.absolutePath()), Theme::Failure);
        m_file->setFocus();
        return;
    }
    if ((info.exists() || info.isSymLink()) && m_confirmed != name) {
        m_confirmed = name;
        if (isDatabase()) {
            showNote(tr("%1 is there already. The table is added to it, and what is in it stays.").arg(info.fileName()),
                     Theme::Warning);
            m_export->setText(tr("Add Table"));
        } else {
            showNote(tr("%1 is there already. Press Replace to write over it.").arg(info.fileName()), Theme::Warning);
            m_export->setText(tr("Replace"));
        }
        return;
    }
    m_settings->setValue(Settings::ExportFormat, formatId());
    m_settings->setValue(Settings::ExportFolder, info.absolutePath());
    m_settings->setValue(Settings::ExportOptions,
                         QString::fromUtf8(QJsonDocument(m_options->state()).toJson(QJsonDocument::Compact)));

    WriteOptions options = m_options->options();
    options.title = m_request.title;
    options.dialect = m_request.dialect;
    options.replacesTable = isDatabase() && m_confirmedTable == tableKey();
    if (rows() == Rows::Again) {
        StatementPtr statement = m_request.runAgain();
        if (!statement) {
            showNote(tr("The query cannot run now: its connection is busy or closed."), Theme::Failure);
            return;
        }
        m_job = std::make_unique<ExportJob>(std::move(statement), name, formatId(), options);
    } else {
        m_job = std::make_unique<ExportJob>(range(), name, formatId(), options);
    }
    connect(m_job.get(), &ExportJob::progressChanged, this, &ExportDialog::showProgress);
    connect(m_job.get(), &ExportJob::ended, this, &ExportDialog::showEnd);
    m_progressHeading->setText(tr("Exporting to %1").arg(info.fileName()));
    m_stack->setCurrentIndex(1);
    m_export->hide();
    m_cancel->setText(tr("Stop"));
    m_cancel->setFocus();
    showNote({}, Theme::Subdued);
    m_job->start();
    showProgress();
}

void ExportDialog::showProgress()
{
    const qint64 total = m_job->totalRows();
    if (total < 0)
        m_bar->setRange(0, 0);
    else
        m_bar->setRange(0, 1000);
    if (total > 0)
        m_bar->setValue(int(double(m_job->rowCount()) / double(total) * 1000));
    const double seconds = std::max(0.001, double(m_job->elapsed().count()) / 1000);
    QStringList facts { total > 0 ? tr("%1 of %2 rows").arg(countText(m_job->rowCount()), countText(total))
                                  : tr("%1 rows").arg(countText(m_job->rowCount())),
                        };
    if (m_job->byteCount() > 0)
        facts << sizeText(m_job->byteCount());
    if (m_job->byteCount() > 0)
        facts << tr("%1/s").arg(sizeText(qint64(double(m_job->byteCount()) / seconds)));
    else if (m_job->rowCount() > 0) // a database file grows as its engine likes
        facts << tr("%1 rows/s").arg(countText(qint64(double(m_job->rowCount()) / seconds)));
    facts << durationText(m_job->elapsed().count());
    m_progressText->setText(facts.join(u" · "_s));
    m_cancel->setText(m_job->isCancelling() ? tr("Stopping…") : tr("Stop"));
}

void ExportDialog::showEnd(const std::optional<Error> &error)
{
    if (error && error->code == Error::Code::AlreadyExists && isDatabase()) {
        // Only the database itself knows its tables, so the question comes when it has been opened.
        m_confirmedTable = tableKey();
        m_job.release()->deleteLater(); // it is in its own signal
        m_stack->setCurrentIndex(0);
        m_export->show();
        m_export->setText(tr("Replace Table"));
        m_cancel->setText(tr("Cancel"));
        showNote(tr("%1 Press Replace Table to write a new one in its place.").arg(error->message), Theme::Warning);
        return;
    }
    showProgress();
    m_bar->setRange(0, 1000);
    m_cancel->setText(tr("Close"));
    if (error) {
        m_bar->setValue(0);
        m_progressHeading->setText(error->isCancelled() ? tr("Stopped, no file was written") : tr("No file was written"));
        if (!error->isCancelled())
            showNote(error->hint.isEmpty() ? error->message : error->message + u'\n' + error->hint, Theme::Failure);
    } else {
        m_bar->setValue(1000);
        m_progressHeading->setText(tr("Exported to %1").arg(QFileInfo(m_job->fileName()).fileName()));
        m_folder->show();
    }
    m_remarks->setText(m_job->remarks().join(u'\n'));
    m_remarks->setVisible(!m_job->remarks().isEmpty());
    Q_EMIT ended(error);
}

void ExportDialog::reject()
{
    if (m_job && m_job->isRunning()) {
        m_job->cancel(); // the dialog shows how it ends
        return;
    }
    QDialog::reject();
}

} // namespace Grebe
