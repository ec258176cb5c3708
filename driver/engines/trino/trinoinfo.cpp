// SPDX-License-Identifier: Apache-2.0
#include "trinoinfo.h"

#include "engines/commonoptions.h"
#include "engines/kerberosoptions.h"

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

using Type = OptionInfo::Type;

constexpr int defaultPort = 8080;
constexpr int defaultTlsPort = 443;

QList<OptionInfo> sessionOptions()
{
    return {
        { .name = u"catalog"_s,
          .group = u"Session"_s,
          .label = u"Catalog"_s,
          .help = u"Where names without a catalog are looked up."_s,
          .aliases = { u"database"_s } },
        { .name = u"schema"_s,
          .group = u"Session"_s,
          .label = u"Schema"_s,
          .help = u"Where names without a schema are looked up. It needs a catalog."_s },
        { .name = u"sessionProperties"_s,
          .type = Type::Map,
          .group = u"Session"_s,
          .label = u"Session properties"_s,
          .help = u"As SET SESSION sets them: query_max_run_time:1h;hive.orc_bloom_filters_enabled:true."_s,
          .aliases = { u"session_properties"_s } },
        { .name = u"roles"_s,
          .type = Type::Map,
          .group = u"Session"_s,
          .label = u"Roles"_s,
          .help = u"Catalog and role: hive:analyst;system:admin. A role may be ALL or NONE."_s },
        { .name = u"path"_s,
          .type = Type::List,
          .group = u"Session"_s,
          .label = u"SQL path"_s,
          .help = u"Where functions are looked up: catalog.schema, more of them separated by commas."_s },
        { .name = u"timezone"_s,
          .group = u"Session"_s,
          .label = u"Time zone"_s,
          .help = u"Of the session: Europe/Berlin, +02:00. The zone of this computer when nothing is said."_s },
        { .name = u"locale"_s,
          .group = u"Session"_s,
          .label = u"Language"_s,
          .help = u"For functions that format numbers and dates: en-GB. That of this computer when nothing is said."_s },
        { .name = u"source"_s,
          .defaultValue = u"grebe"_s,
          .group = u"Session"_s,
          .label = u"Source"_s,
          .help = u"What the server's resource groups and its web page know these queries by."_s },
        { .name = u"clientInfo"_s,
          .group = u"Session"_s,
          .label = u"Client info"_s,
          .help = u"Any text; the server shows it beside the queries."_s },
        { .name = u"clientTags"_s,
          .type = Type::List,
          .group = u"Session"_s,
          .label = u"Client tags"_s,
          .help = u"Words that the server's resource groups can go by, separated by commas."_s,
          .aliases = { u"client_tags"_s } },
        { .name = u"traceToken"_s,
          .group = u"Session"_s,
          .label = u"Trace token"_s,
          .help = u"A word to find these queries by in the server's log."_s },
        { .name = u"resourceEstimates"_s,
          .type = Type::Map,
          .group = u"Session"_s,
          .label = u"Resource estimates"_s,
          .help = u"EXECUTION_TIME:5m;CPU_TIME:1h;PEAK_MEMORY:1GB, for the server's resource groups."_s },
    };
}

QList<OptionInfo> signInOptions()
{
    return {
        { .name = u"sessionUser"_s,
          .group = u"Sign-in"_s,
          .label = u"Act as"_s,
          .help = u"Run statements as this user. The server must allow it to the user who signs in."_s },
        { .name = u"extraCredentials"_s,
          .type = Type::Map,
          .group = u"Sign-in"_s,
          .label = u"Extra credentials"_s,
          .help = u"name:value;name:value, handed through to catalogs that ask for them."_s,
          .isSecret = true },
        { .name = u"accessToken"_s,
          .group = u"Sign-in"_s,
          .label = u"Access token"_s,
          .help = u"A JSON web token or another bearer token. It is sent over TLS only."_s,
          .isSecret = true,
          .aliases = { u"access_token"_s } },
        { .name = u"accessTokenFile"_s,
          .type = Type::FilePath,
          .group = u"Sign-in"_s,
          .label = u"Access token file"_s,
          .help = u"A file that holds the access token; read again when the server refuses the one that it held."_s },
        { .name = u"accessTokenCommand"_s,
          .group = u"Sign-in"_s,
          .label = u"Access token command"_s,
          .help = u"A program that prints the access token, with its arguments; one with blanks in it stands in double quotes. Run "
                  u"without a shell when the server wants a token, and again when it refuses the last one."_s,
          .runsProgram = true },
        { .name = u"externalAuthentication"_s,
          .type = Type::Boolean,
          .defaultValue = u"false"_s,
          .group = u"Sign-in"_s,
          .label = u"Sign in with the browser"_s,
          .help = u"OAuth 2.0 with the identity provider of the server. Done by itself where a server offers nothing else."_s },
        { .name = u"externalAuthenticationTimeout"_s,
          .type = Type::Duration,
          .defaultValue = u"10m"_s,
          .group = u"Sign-in"_s,
          .label = u"Time to sign in"_s,
          .help = u"How long to wait for somebody to sign in with the browser."_s },
        { .name = u"externalAuthenticationHosts"_s,
          .type = Type::List,
          .group = u"Sign-in"_s,
          .label = u"Other sign-in hosts"_s,
          .help = u"Hosts besides the server itself that its browser sign-in may lead to first: host or host:port, over TLS only."_s },
        { .name = u"allowInsecurePassword"_s,
          .type = Type::Boolean,
          .defaultValue = u"false"_s,
          .group = u"Sign-in"_s,
          .label = u"Password without TLS"_s,
          .help = u"Sends password or token unencrypted to a server on this very computer. Never over a network."_s },
    };
}

QList<OptionInfo> networkOptions()
{
    return {
        { .name = u"encoding"_s,
          .type = Type::List,
          .defaultValue = u"auto"_s,
          .group = u"Network"_s,
          .label = u"Results"_s,
          .help = u"auto: direct from this computer, else as stored segments where the server has them (466 and "
                  u"later), which may lie in an object store. direct: in the server's answers, also for a computer that "
                  u"does not reach that store. Or what to ask for, the best first: json+zstd,json+lz4,json."_s },
        { .name = u"compression"_s,
          .type = Type::Choice,
          .defaultValue = u"auto"_s,
          .group = u"Network"_s,
          .label = u"Compression"_s,
          .help = u"auto: none on this computer and in private networks, else zstd, which newer servers answer. "
                  u"gzip makes results smaller and several times slower: for slow lines."_s,
          .choices = { u"auto"_s, u"none"_s, u"zstd"_s, u"gzip"_s } },
        { .name = u"disableCompression"_s,
          .type = Type::Boolean,
          .defaultValue = u"false"_s,
          .group = u"Network"_s,
          .label = u"No compression"_s,
          .help = u"The same as compression=none; other clients know it by this name."_s },
        { .name = u"extraHeaders"_s,
          .type = Type::Map,
          .group = u"Network"_s,
          .label = u"Extra headers"_s,
          .help = u"name:value;name:value, sent with every request, for gateways. Not X-Trino-… or Authorization."_s,
          .isSecret = true,
          .aliases = { u"http_headers"_s } },
        { .name = u"pathPrefix"_s,
          .group = u"Network"_s,
          .label = u"Path prefix"_s,
          .help = u"What stands in front of /v1/statement behind a gateway: /trino."_s },
        { .name = u"alwaysUseConfiguredAddress"_s,
          .type = Type::Boolean,
          .defaultValue = u"false"_s,
          .group = u"Network"_s,
          .label = u"Always use this address"_s,
          .help = u"Goes to the host and port of this connection even where the server names others: for a server "
                  u"behind a proxy that lacks http-server.process-forwarded=true."_s },
    };
}

QList<OptionInfo> advancedOptions()
{
    return {
        { .name = u"explicitPrepare"_s,
          .type = Type::Boolean,
          .defaultValue = u"false"_s,
          .group = u"Advanced"_s,
          .label = u"Values into the text"_s,
          .help = u"Writes the values of parameters into the statement instead of using EXECUTE IMMEDIATE, as is done "
                  u"by itself for servers before 418."_s },
        { .name = u"protocol"_s,
          .type = Type::Choice,
          .defaultValue = u"auto"_s,
          .group = u"Advanced"_s,
          .label = u"Header names"_s,
          .help = u"auto: X-Trino-… for Trino from 351 on, X-Presto-… for Trino before and for Presto, and a server of the "
                  u"other product is refused. trino or presto: these names, whatever the server says that it is."_s,
          .choices = { u"auto"_s, u"trino"_s, u"presto"_s } },
        { .name = u"validateConnection"_s,
          .type = Type::Boolean,
          .defaultValue = u"false"_s,
          .group = u"Advanced"_s,
          .label = u"Query when connecting"_s,
          .help = u"Runs SELECT 1 when a connection is opened, to see that queries work."_s },
    };
}

// Trusted for stored results alone: whoever runs the storage can't pass for the coordinator.
QList<OptionInfo> storageOptions()
{
    return {
        { .name = u"storageCaFile"_s,
          .type = Type::FilePath,
          .group = u"TLS"_s,
          .label = u"CA of the storage"_s,
          .help = u"A PEM file of authorities to trust as well where stored results are fetched from an object store or a "
                  u"worker, and nowhere else: for a storage with an authority of its own."_s },
    };
}

EngineInfo makeInfo()
{
    EngineInfo info;
    info.id = u"trino"_s;
    info.name = u"Trino"_s;
    info.driverName = u"QTRINO"_s;
    info.schemes = { u"trino+https"_s, u"trino+http"_s, u"jdbc:trino"_s };
    info.webPaths = { u"/ui"_s };
    info.pathOptions = { u"catalog"_s, u"schema"_s };
    info.defaultPort = defaultPort;
    info.defaultTlsPort = defaultTlsPort;
    info.features = EngineInfo::Network | EngineInfo::Transactions | EngineInfo::PartialCancel
        | EngineInfo::StageProgress | EngineInfo::Catalogs;
    info.syntaxName = u"SQL (Trino)"_s;
    info.options << CommonOptions::host() << CommonOptions::port(defaultPort, defaultTlsPort) << CommonOptions::user()
                 << CommonOptions::password() << signInOptions() << CommonOptions::kerberos() << sessionOptions() << CommonOptions::tls() << storageOptions()
                 << CommonOptions::proxy() << CommonOptions::timeouts() << networkOptions() << advancedOptions();
    return info;
}

EngineInfo makePrestoInfo()
{
    EngineInfo info = makeInfo();
    info.id = u"presto"_s;
    info.name = u"Presto"_s;
    info.driverName = u"QPRESTO"_s;
    info.schemes = { u"presto+https"_s, u"presto+http"_s, u"jdbc:presto"_s };
    info.syntaxName = u"SQL (Presto)"_s;
    // No SQL path, no stored results, no EXECUTE IMMEDIATE.
    info.options.removeIf([](const OptionInfo &option) {
        return QStringList { u"path"_s, u"encoding"_s, u"storageCaFile"_s, u"explicitPrepare"_s }.contains(option.name);
    });
    for (OptionInfo &option : info.options) {
        if (option.name == "compression"_L1) {
            option.choices = { u"auto"_s, u"none"_s, u"gzip"_s };
            option.help = u"auto: none. gzip makes results smaller and slower: for slow lines."_s;
        } else if (option.name == "timezone"_L1) {
            option.aliases << u"timeZoneId"_s;
            option.help = u"Of the session, in which timestamps without a zone are meant too: Europe/Berlin, +02:00. The zone "
                          u"of this computer when nothing is said."_s;
        } else if (option.name == "extraHeaders"_L1) {
            option.aliases << u"customHeaders"_s;
            option.help.replace("X-Trino-"_L1, "X-Presto-"_L1);
        } else if (option.name == "pathPrefix"_L1) {
            option.help.replace("/trino"_L1, "/presto"_L1);
        }
    }
    return info;
}

} // namespace

const EngineInfo &prestoInfo()
{
    static const EngineInfo info = makePrestoInfo();
    return info;
}

const EngineInfo &trinoInfo()
{
    static const EngineInfo info = makeInfo();
    return info;
}

} // namespace Grebe
