// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/error.h"
#include "extension/objectpath.h"

#include <QByteArray>
#include <QList>
#include <QString>
#include <QVariant>

/// What the conformance suite asks one engine and what that engine answers: the suite itself knows no engine.
struct Quirks
{
    struct Type
    {
        const char *name; ///< of the test's row, a sentence
        const char *sql; ///< an expression
        QByteArray type; ///< the engine's type text
        QByteArray text; ///< as ColumnFormatter writes it; "NULL"
    };
    struct Fault
    {
        const char *name;
        const char *sql;
        Grebe::Error::Code code;
        const char *vendorCode;
        int line;
        int column;
    };
    struct Parameter
    {
        const char *name;
        const char *sql; ///< with one `?`
        QVariant value;
        const char *type;
        const char *text;
    };

    const char *engine;
    const char *url; ///< or the environment variable that holds it, with a `$` in front
    QList<Type> types;
    QList<Fault> faults;
    QList<Parameter> parameters;
    QString fewRows; ///< five rows of one integer
    QString noRows; ///< a column, not a row
    QString manyRows; ///< two columns, the first unique
    qint64 manyRowsCount;
    QString runsLong; ///< for minutes, before its first row
    QString rowsForLong; ///< goes on for long after its first rows
    QString failsLate; ///< while it runs; no exact place
    bool rowsComeBeforeLateFailure; ///< is certain
    QString use; ///< makes `used` current
    Grebe::ObjectPath used;
    QStringList setUp; ///< makes `table`: BIGINT column id NOT NULL, row column place with fields x and y; and a view `view`
    Grebe::ObjectPath table;
    Grebe::ObjectPath view;
    QString insertThree; ///< into `table`
    QString countTable;
    QStringList cleanUp;
    bool writesInTransactions; ///< to `table`
};

/// Of the engine that the environment variable GREBE_CONFORMANCE names.
const Quirks &quirks();
