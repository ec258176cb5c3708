// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "grebe_export.h"

#include <QFlags>
#include <QList>
#include <QString>
#include <QStringList>
#include <QVariant>

namespace Grebe {

/// One connection option. The connection editor, the URL parser, connectOptions, the command line's help and the
/// documentation are all made from the table of these: nothing else knows an option's name.
struct GREBE_EXPORT OptionInfo
{
    enum class Type {
        Text,
        Integer,
        Boolean, ///< "true" or "false"
        Choice, ///< one of `choices`
        Duration, ///< a number and ms, s, m, h or d: "30s"
        FilePath,
        List, ///< comma separated
        Map ///< `name:value;name:value`
    };

    QString name; ///< as in URLs and connectOptions; JDBC's name where there is one: "sessionProperties"
    Type type = Type::Text;
    QString defaultValue;
    QString group; ///< of the editor: "Server", "Sign-in", "Session", "TLS", "Network", "Advanced"
    QString label; ///< in the editor: "Session properties"
    QString help; ///< one or two sentences
    bool isSecret = false; ///< kept in the keychain, never in a file, a URL that is stored, or a log
    QStringList choices;
    QStringList aliases; ///< other names it is known by: {"database"} for "catalog"
    bool isRequired = false;
    int minimum = 0; ///< Integer only; both 0: no bounds
    int maximum = 0;
    bool runsProgram = false; ///< a program and its arguments: no URL may say it, for anybody can make somebody paste one
};

/// What a kind of server can do and how one says where it is; one constant value per engine.
struct GREBE_EXPORT EngineInfo
{
    enum Feature {
        NoFeature = 0,
        Network = 0x1, ///< has a host and a port
        Transactions = 0x2,
        PartialCancel = 0x4,
        StageProgress = 0x8,
        Catalogs = 0x10, ///< names have a catalog in front of the schema
        OpensFiles = 0x20 ///< local data files can be opened as tables
    };
    Q_DECLARE_FLAGS(Features, Feature)

    QString id; ///< "trino": the URL scheme, the folder in engines/, the key in stored connections
    QString name; ///< "Trino"
    QString driverName; ///< "QTRINO": the name for QSqlDatabase::addDatabase()
    QStringList schemes; ///< URL schemes it answers to besides id: {"trino+https", "jdbc:trino"}
    QStringList webPaths; ///< paths of its own web pages, so that a pasted page address is understood: {"/ui"}
    QStringList pathOptions; ///< options that the URL's path segments fill, in order: {"catalog", "schema"}
    int defaultPort = 0;
    int defaultTlsPort = 0;
    Features features;
    QString syntaxName; ///< the KSyntaxHighlighting definition of its SQL: "SQL (Trino)"
    QList<OptionInfo> options;

    /// By name or alias, without case; nullptr when there is none.
    const OptionInfo *option(QStringView name) const;
    /// The known option whose name is nearest to a mistyped one; empty when none is near.
    QString nearestOption(QStringView name) const;
};

Q_DECLARE_OPERATORS_FOR_FLAGS(EngineInfo::Features)

} // namespace Grebe
