// SPDX-License-Identifier: Apache-2.0
#include "export/exportdialog.h"
#include "fakestatement.h"
#include "extension/driverextension.h"
#include "settings/settings.h"
#include "widgets/segmented.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QLineEdit>
#include <QPointer>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace Grebe;
using namespace Qt::StringLiterals;

class tst_ExportDialog : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void proposesAName();
    void formatAndSuffixGoTogether();
    void optionsOfTheFormat_data();
    void optionsOfTheFormat();
    void exports();
    void asksBeforeItReplaces();
    void selection();
    void asShown();
    void aTableMoreInADatabase();
    void incompleteRowsSaySo();
    void runsAgainIntoTheFile();
    void remembers();
    void closingStopsFirst();
    void whatIsMissing();

private:
    ExportRequest request(int rows = 3) const;
    ExportDialog *open(const ExportRequest &request);
    QString path(const QString &name) const { return m_folder->filePath(name); }
    QByteArray contents(const QString &name) const
    {
        QFile file(path(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("(no file)");
    }
    template<typename T>
    T *field(const char *name) const
    {
        return m_dialog->findChild<T *>(QString::fromLatin1(name));
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Settings> m_settings;
    QPointer<ExportDialog> m_dialog;
};

void tst_ExportDialog::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_settings = std::make_unique<Settings>(path(u"settings.ini"_s));
    m_settings->setValue(Settings::ExportFolder, m_folder->path());
}

void tst_ExportDialog::cleanup()
{
    delete m_dialog;
    m_settings.reset(); // it writes once more, and would make the folder anew
    m_folder.reset();
}

ExportRequest tst_ExportDialog::request(int rows) const
{
    arrow::Int64Builder builder;
    arrow::StringBuilder texts;
    for (int i = 0; i < rows; ++i) {
        (void)builder.Append(i);
        (void)texts.Append("=x");
    }
    const auto schema = arrow::schema({ arrow::field("n", arrow::int64()), arrow::field("t", arrow::utf8()) });
    const auto store = std::make_shared<ResultStore>();
    store->setSchema(schema);
    store->append(arrow::RecordBatch::Make(schema, rows, { *builder.Finish(), *texts.Finish() }));
    return { .title = u"sales/orders"_s, .all = CellRange { .store = store, .rowCount = rows, .columns = { 0, 1 } } };
}

ExportDialog *tst_ExportDialog::open(const ExportRequest &request)
{
    delete m_dialog;
    m_dialog = new ExportDialog(request, m_settings.get());
    m_dialog->show();
    return m_dialog;
}

void tst_ExportDialog::proposesAName()
{
    open(request());
    QCOMPARE(m_dialog->fileName(), path(u"sales_orders.csv"_s));
    QCOMPARE(m_dialog->note(), QString());
    m_dialog->setFormat(u"parquet"_s);
    QCOMPARE(m_dialog->fileName(), path(u"sales_orders.parquet"_s));
    m_dialog->setFormat(u"csv"_s);
    field<QCheckBox>("guard")->setChecked(true);
    QCOMPARE(m_dialog->fileName(), path(u"sales_orders-for-spreadsheets.csv"_s));
    m_dialog->setFormat(u"json"_s); // nothing to guard there
    QCOMPARE(m_dialog->fileName(), path(u"sales_orders.json"_s));
}

void tst_ExportDialog::formatAndSuffixGoTogether()
{
    open(request());
    auto *file = field<QLineEdit>("file");
    file->selectAll();
    QTest::keyClicks(file, path(u"mine.xlsx"_s));
    QCOMPARE(m_dialog->formatId(), u"xlsx"_s);
    m_dialog->setFormat(u"tsv"_s);
    QCOMPARE(m_dialog->fileName(), path(u"mine.tsv"_s)); // the typed name stays
    file->selectAll();
    QTest::keyClicks(file, path(u"mine.data"_s));
    QCOMPARE(m_dialog->formatId(), u"tsv"_s);
    m_dialog->setFormat(u"csv"_s);
    QCOMPARE(m_dialog->fileName(), path(u"mine.data"_s));
}

void tst_ExportDialog::optionsOfTheFormat_data()
{
    QTest::addColumn<QString>("format");
    QTest::addColumn<QStringList>("shown");
    QTest::newRow("csv") << u"csv"_s
                         << QStringList { u"delimiter"_s, u"encoding"_s, u"guard"_s, u"header"_s, u"lineEnd"_s, u"null"_s, u"quotesAll"_s };
    QTest::newRow("insert") << u"insert"_s << QStringList { u"rowsPerInsert"_s, u"table"_s };
    QTest::newRow("xlsx") << u"xlsx"_s << QStringList { u"fullSheet"_s, u"header"_s };
    QTest::newRow("parquet") << u"parquet"_s << QStringList();
}

void tst_ExportDialog::optionsOfTheFormat()
{
    QFETCH(QString, format);
    open(request());
    m_dialog->setFormat(format);
    QStringList shown;
    for (const char *name : { "delimiter", "encoding", "fullSheet", "guard", "header", "lineEnd", "null", "quotesAll", "rowsPerInsert", "table" }) {
        if (field<QWidget>(name)->isVisible())
            shown << QString::fromLatin1(name);
    }
    QTEST(shown, "shown");
}

void tst_ExportDialog::exports()
{
    open(request());
    field<QCheckBox>("guard")->setChecked(true);
    field<QComboBox>("delimiter")->setCurrentIndex(1);
    field<QCheckBox>("header")->setChecked(false);
    QSignalSpy ended(m_dialog, &ExportDialog::ended);
    QTest::keyClick(field<QLineEdit>("file"), Qt::Key_Return);
    QVERIFY(ended.wait());
    QVERIFY(!ended.first().first().value<std::optional<Error>>());
    QCOMPARE(contents(u"sales_orders-for-spreadsheets.csv"_s), "0;'=x\r\n1;'=x\r\n2;'=x\r\n");
    m_dialog->reject();
    QTRY_VERIFY(!m_dialog);
}

void tst_ExportDialog::asksBeforeItReplaces()
{
    QFile old(path(u"sales_orders.csv"_s));
    QVERIFY(old.open(QIODevice::WriteOnly) && old.write("old") == 3);
    old.close();
    open(request());
    m_dialog->start();
    QVERIFY(!m_dialog->job());
    QVERIFY(m_dialog->note().contains("sales_orders.csv is there already"_L1));
    QCOMPARE(contents(u"sales_orders.csv"_s), "old");
    // Another name is another question.
    QVERIFY(QFile::copy(path(u"sales_orders.csv"_s), path(u"other.csv"_s)));
    m_dialog->setFileName(path(u"other.csv"_s));
    QCOMPARE(m_dialog->note(), QString());
    m_dialog->start();
    QVERIFY(!m_dialog->job());
    QSignalSpy ended(m_dialog, &ExportDialog::ended);
    m_dialog->start();
    QVERIFY(m_dialog->job());
    QVERIFY(ended.wait());
    QVERIFY(contents(u"other.csv"_s).startsWith("n,t\r\n"));
    QCOMPARE(contents(u"sales_orders.csv"_s), "old");
}

void tst_ExportDialog::selection()
{
    ExportRequest asked = request();
    asked.selection = asked.all;
    asked.selection->firstPosition = 1;
    asked.selection->rowCount = 1;
    asked.selection->columns = { 0 };
    open(asked);
    field<Segmented>("rows")->setFocus();
    QTest::keyClick(field<Segmented>("rows"), Qt::Key_Right);
    QCOMPARE(m_dialog->fileName(), path(u"sales_orders-selection.csv"_s));
    QSignalSpy ended(m_dialog, &ExportDialog::ended);
    m_dialog->start();
    QVERIFY(ended.wait());
    QCOMPARE(contents(u"sales_orders-selection.csv"_s), "n\r\n1\r\n");
}

void tst_ExportDialog::asShown()
{
    ExportRequest asked = request();
    asked.shown = asked.all;
    asked.shown->rowAt = [](qint64 position) { return 2 - position; };
    asked.shown->columns = { 1, 0 };
    open(asked);
    field<Segmented>("rows")->setFocus();
    QTest::keyClick(field<Segmented>("rows"), Qt::Key_Right);
    QCOMPARE(m_dialog->fileName(), path(u"sales_orders-as-shown.csv"_s));
    QSignalSpy ended(m_dialog, &ExportDialog::ended);
    m_dialog->start();
    QVERIFY(ended.wait());
    QCOMPARE(contents(u"sales_orders-as-shown.csv"_s), "t,n\r\n=x,2\r\n=x,1\r\n=x,0\r\n");
}

void tst_ExportDialog::aTableMoreInADatabase()
{
    if (!DriverExtension::load() || !DriverExtension::load()->createFileWriter(u"duckdb"_s, path(u"x"_s), {}))
        return; // a build without DuckDB
    const auto exportTo = [&](const QString &fileName) {
        open(request());
        m_dialog->setFormat(u"duckdb"_s);
        m_dialog->setFileName(fileName);
        m_dialog->start();
    };
    const QString name = path(u"lake.duckdb"_s);
    exportTo(name);
    QSignalSpy first(m_dialog, &ExportDialog::ended);
    QVERIFY(first.wait());
    QVERIFY(!m_dialog->note().contains("already"_L1));
    QVERIFY(QFile::exists(name));
    exportTo(name);
    QVERIFY2(m_dialog->note().contains("is added to it"_L1), qPrintable(m_dialog->note()));
    m_dialog->start();
    QTRY_VERIFY2(m_dialog->note().contains("Replace Table"_L1), qPrintable(m_dialog->note()));
    QSignalSpy ended(m_dialog, &ExportDialog::ended);
    m_dialog->start();
    QVERIFY(ended.wait());
    QVERIFY(!ended.first().first().value<std::optional<Error>>());
    QVERIFY(!QFile::exists(name + u".part"_s));
}

void tst_ExportDialog::incompleteRowsSaySo()
{
    ExportRequest asked = request();
    asked.incomplete = u"stopped after 3 rows"_s;
    open(asked);
    QVERIFY(m_dialog->note().contains("stopped after 3 rows"_L1));
    QCOMPARE(m_dialog->fileName(), path(u"sales_orders-incomplete.csv"_s));
}

void tst_ExportDialog::runsAgainIntoTheFile()
{
    ExportRequest asked = request();
    asked.incomplete = u"stopped after 3 rows"_s;
    auto *statement = new FakeStatement;
    bool isBusy = true;
    asked.runAgain = [&]() -> StatementPtr { return isBusy ? nullptr : StatementPtr(statement); };
    open(asked);
    QTest::keyClick(field<Segmented>("rows"), Qt::Key_Right);
    QCOMPARE(m_dialog->note(), QString());
    QCOMPARE(m_dialog->fileName(), path(u"sales_orders.csv"_s));
    m_dialog->start();
    QVERIFY(!m_dialog->job());
    QVERIFY(m_dialog->note().contains("cannot run now"_L1));
    isBusy = false;
    QSignalSpy ended(m_dialog, &ExportDialog::ended);
    m_dialog->start();
    QCOMPARE(statement->startCount, 1);
    const auto batch = asked.all->store->batch(0);
    statement->give(batch->schema());
    statement->give(batch);
    statement->give(batch);
    statement->end();
    QVERIFY(ended.wait());
    QCOMPARE(contents(u"sales_orders.csv"_s).count('\n'), 7);
}

void tst_ExportDialog::remembers()
{
    open(request());
    m_dialog->setFormat(u"tsv"_s);
    field<QLineEdit>("null")->setText(u"nil"_s);
    field<QComboBox>("encoding")->setCurrentIndex(1);
    QVERIFY(QDir(m_folder->path()).mkdir(u"deep"_s));
    m_dialog->setFileName(path(u"deep/x.tsv"_s));
    QSignalSpy ended(m_dialog, &ExportDialog::ended);
    m_dialog->start();
    QVERIFY(ended.wait());
    open(request());
    QCOMPARE(m_dialog->formatId(), u"tsv"_s);
    QCOMPARE(field<QLineEdit>("null")->text(), u"nil"_s);
    QCOMPARE(field<QComboBox>("encoding")->currentData().toString(), u"utf-8-bom"_s);
    QVERIFY(!field<QCheckBox>("guard")->isChecked());
    QCOMPARE(m_dialog->fileName(), path(u"deep/sales_orders.tsv"_s));
    // A file of settings that somebody edited must not break it.
    m_settings->setValue(Settings::ExportOptions, u"{\"delimiter\": 7, \"null\": []"_s);
    m_settings->setValue(Settings::ExportFormat, u"nonsense"_s);
    m_settings->setValue(Settings::ExportFolder, u"/no/such/folder"_s);
    open(request());
    QCOMPARE(m_dialog->formatId(), u"csv"_s);
}

void tst_ExportDialog::closingStopsFirst()
{
    ExportRequest asked = request();
    asked.incomplete = u"more"_s;
    auto *statement = new FakeStatement;
    asked.runAgain = [&] { return StatementPtr(statement); };
    open(asked);
    QTest::keyClick(field<Segmented>("rows"), Qt::Key_Right);
    m_dialog->start();
    statement->give(asked.all->store->schema());
    QSignalSpy ended(m_dialog, &ExportDialog::ended);
    QTest::keyClick(m_dialog, Qt::Key_Escape);
    QVERIFY(m_dialog->isVisible());
    QTRY_COMPARE(ended.size(), 1);
    QVERIFY(ended.first().first().value<std::optional<Error>>()->isCancelled());
    QTest::keyClick(m_dialog, Qt::Key_Escape);
    QTRY_VERIFY(!m_dialog);
    QCOMPARE(QDir(m_folder->path()).entryList({ u"sales*"_s }), QStringList());
}

void tst_ExportDialog::whatIsMissing()
{
    open(request());
    m_dialog->setFileName({});
    m_dialog->start();
    QVERIFY(m_dialog->note().startsWith("Which file?"_L1));
    m_dialog->setFileName(path(u"no/such.csv"_s));
    m_dialog->start();
    QVERIFY(m_dialog->note().startsWith("There is no folder"_L1));
    m_dialog->setFileName(m_folder->path());
    m_dialog->start();
    QVERIFY(m_dialog->note().startsWith("Which file?"_L1));
    QVERIFY(!m_dialog->job());
}

QTEST_MAIN(tst_ExportDialog)
#include "tst_exportdialog.moc"
