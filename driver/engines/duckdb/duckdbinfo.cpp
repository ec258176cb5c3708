// SPDX-License-Identifier: Apache-2.0
#include "duckdbinfo.h"

using namespace Qt::StringLiterals;

namespace Grebe {

const EngineInfo &duckdbInfo()
{
    using Type = OptionInfo::Type;
    static const EngineInfo info {
        .id = u"duckdb"_s,
        .name = u"DuckDB"_s,
        .driverName = u"QDUCKDB"_s,
        .schemes = { u"jdbc:duckdb"_s },
        .pathOptions = { u"path"_s },
        .features = EngineInfo::Transactions | EngineInfo::PartialCancel | EngineInfo::Catalogs | EngineInfo::OpensFiles,
        .syntaxName = u"SQL (DuckDB)"_s,
        .options = {
            { .name = u"path"_s, .type = Type::FilePath, .group = u"Database"_s, .label = u"File"_s,
              .help = u"A DuckDB database, made if it is not there; a Parquet, CSV or JSON file, which becomes a view; "
                      "“sample” for the sample data. Nothing is a database in memory."_s,
              .aliases = { u"file"_s, u"database"_s } },
            { .name = u"files"_s, .type = Type::List, .group = u"Database"_s, .label = u"Data files"_s,
              .help = u"Parquet, CSV and JSON files, separated by commas; each becomes a view named after the file. "
                      "Patterns such as data/*.parquet are allowed."_s },
            { .name = u"readOnly"_s, .type = Type::Boolean, .defaultValue = u"false"_s, .group = u"Database"_s,
              .label = u"Read-only"_s,
              .help = u"Opens a database file without writing to it, and only if it is there. Several programs may read "
                      "the same file."_s },
            { .name = u"threads"_s, .type = Type::Integer, .group = u"Advanced"_s, .label = u"Threads"_s,
              .help = u"How many threads a query may use; all cores when nothing is said."_s, .minimum = 1, .maximum = 1024 },
            { .name = u"memoryLimit"_s, .type = Type::Text, .group = u"Advanced"_s, .label = u"Memory limit"_s,
              .help = u"How much memory the database may use, as in “4GB”; 80 % of the machine's when nothing is said."_s,
              .aliases = { u"memory_limit"_s } },
        },
    };
    return info;
}

} // namespace Grebe
