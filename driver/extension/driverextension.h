// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connection.h"
#include "credentialprovider.h"
#include "signedin.h"

#include <QtPlugin>

namespace Grebe {

class ResultWriter;
struct WriteOptions;

/// What Grebe's QSqlDriver can do beyond Qt SQL.
///
/// Shape      found by `qobject_cast<Grebe::DriverExtension *>(database.driver())` on any QSqlDatabase of one of Grebe's
///            driver names, also before open(): it connects nothing.
/// Thread     the driver's own, except engines(), which is constant.
/// Ownership  the QSqlDatabase's. Connections it made live on without it.
class GREBE_EXPORT DriverExtension
{
public:
    virtual ~DriverExtension();

    /// Loads the plugin and answers for no engine in particular; nullptr with a reason when it is not found.
    /// The object lives as long as the application. Call it on the main thread.
    static DriverExtension *load(QString *errorMessage = nullptr);

    /// Every engine that was built in; they live as long as the process.
    virtual QList<const EngineInfo *> engines() const = 0;
    /// A connection that is not open yet. `provider` may be null: then nobody is asked and a missing secret is an error.
    virtual ConnectionPtr createConnection(const ConnectionParameters &parameters, CredentialProvider *provider) = 0;
    /// A writer for a format that is a database file (ResultFormat::isDatabase).
    ///
    /// Shape      WriteOptions::table is a table of the file. In a new file it is FILE.part until end(); in one that is
    ///            there already the table is added in one transaction, and everything else in it stays.
    /// Errors     AlreadyExists from begin() where the table is there and WriteOptions::replacesTable is not set;
    ///            NotImplemented where this build has no such engine.
    /// Thread     any, once the driver is loaded; the writer as ResultWriter says.
    virtual Result<std::unique_ptr<ResultWriter>> createFileWriter(const QString &formatId, const QString &fileName,
                                                                   const WriteOptions &options) = 0;
    /// The connection QSqlDriver::open() opened, for progress, cancel and metadata; nullptr before. The driver's.
    virtual Connection *connection() const = 0;
    /// Who is asked when QSqlDriver::open() needs a secret; nullptr (the default) is nobody.
    virtual void setCredentialProvider(CredentialProvider *provider) = 0;
    /// The sign-ins of this process, which all its connections share. Any thread.
    virtual QList<SignedIn> signedIn() const = 0;
    /// Forgets the token: the next statement signs in anew. A kept one is forgotten by who keeps it. Any thread.
    virtual void signOut(const SignedIn &signedIn) = 0;
};

} // namespace Grebe

Q_DECLARE_INTERFACE(Grebe::DriverExtension, "org.grebe.DriverExtension/2")
