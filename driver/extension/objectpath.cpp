// SPDX-License-Identifier: Apache-2.0
#include "objectpath.h"

using namespace Qt::StringLiterals;

namespace Grebe {

QString kindName(ObjectInfo::Kind kind)
{
    switch (kind) {
    case ObjectInfo::Kind::Catalog: return u"catalog"_s;
    case ObjectInfo::Kind::Schema: return u"schema"_s;
    case ObjectInfo::Kind::Table: return u"table"_s;
    case ObjectInfo::Kind::View: return u"view"_s;
    case ObjectInfo::Kind::MaterializedView: return u"materialized view"_s;
    case ObjectInfo::Kind::SystemTable: return u"system table"_s;
    case ObjectInfo::Kind::Column: return u"column"_s;
    case ObjectInfo::Kind::Field: return u"field"_s;
    case ObjectInfo::Kind::Function: return u"function"_s;
    case ObjectInfo::Kind::Procedure: return u"procedure"_s;
    case ObjectInfo::Kind::Partition: return u"partition"_s;
    case ObjectInfo::Kind::Index: return u"index"_s;
    case ObjectInfo::Kind::Other: return u"object"_s;
    }
    return u"object"_s;
}

} // namespace Grebe
