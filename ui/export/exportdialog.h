// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "exportjob.h"

#include <QDialog>

#include <functional>

class QComboBox;
class QLineEdit;
class QProgressBar;
class QStackedWidget;

namespace Grebe {

class Button;
class ExportOptions;
class Label;
class Segmented;
class Settings;

/// What there is to export; a value.
struct ExportRequest
{
    QString title; ///< of the result: "orders"
    std::optional<CellRange> all; ///< every row that has come, as it came; none where nothing ran
    std::optional<CellRange> shown; ///< what filter, order and moved or hidden columns leave of it, where they do
    std::optional<CellRange> selection; ///< as it is shown
    QString incomplete; ///< why these are not the whole result, in words; empty when it is
    bool isAtLimit = false; ///< more rows wait at the server: what `runAgain` gives is proposed first
    /// The same query anew, for all of its rows straight into a file; may be empty.
    std::function<StatementPtr()> runAgain;
    const Dialect *dialect = nullptr; ///< of the connection
};

/// Asks for rows, format, file and options, then shows how far the export is.
///
/// Shape      one dialog, one export. A file, or a table in one, that is there is replaced only after a second press. Rows that are not all
///            go to a file whose proposed name says so.
/// Thread     GUI. Not modal: work goes on beside it. Closing it stops the export.
/// Ownership  deletes itself when it is closed.
class ExportDialog : public QDialog
{
    Q_OBJECT
public:
    ExportDialog(ExportRequest request, Settings *settings, QWidget *parent = nullptr);
    ~ExportDialog() override;

    QString fileName() const;
    QString formatId() const;
    QString note() const; ///< the line above the buttons
    ExportJob *job() const { return m_job.get(); }

    void setFormat(const QString &formatId);
    void setFileName(const QString &fileName);
    void start(); ///< the button

public Q_SLOTS:
    void reject() override;

Q_SIGNALS:
    void ended(const std::optional<Grebe::Error> &error);

private:
    enum class Rows { All, Shown, Selection, Again };

    QWidget *makeForm();
    QWidget *makeProgress();
    void addRows(Rows rows, const QString &text);
    Rows rows() const;
    const CellRange &range() const; ///< not of Rows::Again
    QString spaceWarning() const;
    bool isDatabase() const;
    QString tableKey() const; ///< file and table
    QString proposedName() const;
    void propose();
    void formatChosen();
    void browse();
    void showNote(const QString &text, int role);
    void showRows();
    void showProgress();
    void showEnd(const std::optional<Error> &error);

    const ExportRequest m_request;
    Settings *m_settings;
    QList<Rows> m_rowChoices;
    QStackedWidget *m_stack;
    Segmented *m_rows = nullptr;
    QComboBox *m_format = nullptr;
    Label *m_help = nullptr;
    QLineEdit *m_file = nullptr;
    ExportOptions *m_options = nullptr;
    QProgressBar *m_bar = nullptr;
    Label *m_progressHeading = nullptr;
    Label *m_progressText = nullptr;
    Label *m_remarks = nullptr;
    Label *m_note;
    Button *m_cancel;
    Button *m_export;
    Button *m_folder;
    std::unique_ptr<ExportJob> m_job;
    QString m_proposed; ///< what the dialog put into the file field itself
    QString m_confirmed; ///< the file that may be replaced, or added to
    QString m_confirmedTable; ///< the table in it that may be replaced
};

} // namespace Grebe
