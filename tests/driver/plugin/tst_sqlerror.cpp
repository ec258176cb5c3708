// SPDX-License-Identifier: Apache-2.0
#include "sqlerror.h"

#include <QTest>

using namespace Grebe;
using namespace Qt::StringLiterals;

class tst_SqlError : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void serversError();
    void ownError();
    void typeOfError_data();
    void typeOfError();
};

void tst_SqlError::serversError()
{
    const QSqlError error = sqlError({ .code = Error::Code::NotFound,
                                       .message = u"line 1:15: Table 'a.b.c' does not exist"_s,
                                       .hint = u"Check the name."_s,
                                       .vendorCode = u"TABLE_NOT_FOUND"_s,
                                       .queryId = u"20260801_000000_00001_abcde"_s,
                                       .line = 1,
                                       .column = 15 },
                                     QSqlError::StatementError);
    QCOMPARE(error.type(), QSqlError::StatementError);
    QCOMPARE(error.nativeErrorCode(), u"TABLE_NOT_FOUND"_s);
    QCOMPARE(error.databaseText(), u"line 1:15: Table 'a.b.c' does not exist"_s);
    QCOMPARE(error.driverText(), u"(line 1, column 15) Check the name. [query 20260801_000000_00001_abcde]"_s);
}

void tst_SqlError::ownError()
{
    const QSqlError error = sqlError({ .code = Error::Code::InvalidArgument, .message = u"port must be a number"_s },
                                     QSqlError::ConnectionError);
    QCOMPARE(error.databaseText(), QString());
    QCOMPARE(error.driverText(), u"port must be a number"_s);
    QCOMPARE(error.nativeErrorCode(), u"InvalidArgument"_s);
    QVERIFY(sqlError({ .message = u"cut"_s, .mayHaveRun = true }, QSqlError::StatementError).driverText().contains("may have run"_L1));
}

void tst_SqlError::typeOfError_data()
{
    QTest::addColumn<Error::Code>("code");
    QTest::addColumn<QSqlError::ErrorType>("asked");
    QTest::addColumn<QSqlError::ErrorType>("type");
    QTest::newRow("a statement's error") << Error::Code::InvalidArgument << QSqlError::StatementError << QSqlError::StatementError;
    QTest::newRow("a broken network") << Error::Code::IO << QSqlError::StatementError << QSqlError::ConnectionError;
    QTest::newRow("an expired login") << Error::Code::Unauthenticated << QSqlError::StatementError << QSqlError::ConnectionError;
    QTest::newRow("a broken network in a commit") << Error::Code::IO << QSqlError::TransactionError << QSqlError::TransactionError;
}

void tst_SqlError::typeOfError()
{
    QFETCH(Error::Code, code);
    QFETCH(QSqlError::ErrorType, asked);
    QTEST(sqlError({ .code = code, .message = u"x"_s }, asked).type(), "type");
}

QTEST_GUILESS_MAIN(tst_SqlError)
#include "tst_sqlerror.moc"
