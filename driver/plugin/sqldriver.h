// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "resultfeed.h"

#include "extension/driverextension.h"

#include <QSqlDriver>
#include <QSqlError>
#include <QSqlField>

#include <memory>

namespace Grebe {

/// One engine behind QtSql's interface; README.md says what applications see.
///
/// Shape      isOpen() only while a server has answered; every failure leaves the driver closed.
/// Errors     lastError(), by sqlError().
/// Thread     that which opened the QSqlDatabase, as QtSql demands; cancelQuery() and connection()->… from any.
/// Ownership  QSqlDatabase's. Results may outlive it and then have ended.
class SqlDriver final : public QSqlDriver, public DriverExtension
{
    Q_OBJECT
    Q_INTERFACES(Grebe::DriverExtension)

public:
    explicit SqlDriver(const EngineInfo &engine, QObject *parent = nullptr);
    ~SqlDriver() override;

    bool hasFeature(DriverFeature feature) const override;
    bool open(const QString &databaseName, const QString &user, const QString &password, const QString &host, int port,
              const QString &connectOptions) override;
    void close() override;
    QSqlResult *createResult() const override;

    bool beginTransaction() override;
    bool commitTransaction() override;
    bool rollbackTransaction() override;

    QStringList tables(QSql::TableType type) const override;
    QSqlRecord record(const QString &tableName) const override;
    QSqlIndex primaryIndex(const QString &tableName) const override;

    QString escapeIdentifier(const QString &identifier, IdentifierType type) const override;
    bool isIdentifierEscaped(const QString &identifier, IdentifierType type) const override;
    QString stripDelimiters(const QString &identifier, IdentifierType type) const override;
    QString formatValue(const QSqlField &field, bool trimStrings) const override;
    QString sqlStatement(StatementType type, const QString &tableName, const QSqlRecord &record,
                         bool preparedStatement) const override;

    /// Asks the server to stop every statement of this connection that is under way; true when there was one. Any thread.
    bool cancelQuery() override;

    QList<const EngineInfo *> engines() const override;
    ConnectionPtr createConnection(const ConnectionParameters &parameters, CredentialProvider *provider) override;
    Result<std::unique_ptr<ResultWriter>> createFileWriter(const QString &formatId, const QString &fileName,
                                                           const WriteOptions &options) override;
    Connection *connection() const override { return m_connection.get(); }
    void setCredentialProvider(CredentialProvider *provider) override { m_provider = provider; }
    QList<SignedIn> signedIn() const override;
    void signOut(const SignedIn &signedIn) override;

    const std::shared_ptr<RunningStatements> &runningStatements() const { return m_running; }
    /// The field of a record for one column of a result.
    static QSqlField field(const std::shared_ptr<arrow::Field> &column);

private:
    bool fail(const Error &error, QSqlError::ErrorType type);
    bool endTransaction(QFuture<Result<void>> (Connection::*end)());
    const Dialect *dialect() const;
    /// The path that a table's name means here, see README.md; one in two parts is left for the server to find, which
    /// may look in several catalogs. Empty where there is none.
    ObjectPath tablePath(const QString &tableName) const;
    /// What is missing in front comes from the session: the catalog, or catalog and schema.
    ObjectPath wholePath(const ObjectPath &path) const;
    /// A metadata statement run to its end; null when it failed.
    std::unique_ptr<ResultFeed> run(const QString &sql) const;

    const EngineInfo &m_engine;
    CredentialProvider *m_provider = nullptr;
    ConnectionPtr m_connection;
    std::shared_ptr<RunningStatements> m_running = std::make_shared<RunningStatements>();
};

} // namespace Grebe
