// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/connectionparameters.h"

#include <optional>

namespace Grebe {

/// Whose server a connection is for: Trino and Presto share the protocol, not the names of its headers, nor all that they
/// can do. Which one it is follows from the engine of the connection's parameters, `trino` or `presto`.
enum class TrinoProduct { Trino, Presto };

TrinoProduct trinoProduct(const ConnectionParameters &parameters);
QString trinoProductName(TrinoProduct product);

/// What is wrong when a server of this version answers a connection with these parameters; nothing when it is the product
/// that the connection is for, or may be. With the option `protocol` somebody says to know better.
///
/// Source     Presto counts 0.296, Trino and what is made of it 476 or 476-e.3; what is built from sources says anything.
std::optional<Error> trinoProductError(const QString &version, const ConnectionParameters &parameters);

/// Where to GET a page: Presto's are of a megabyte unless somebody asks for more, each time anew.
///
/// Units      8 MB: with pages of 16 MB, 129,000 rows of tpch.sf1.orders each, a run over all of it took 204 to 212 MB.
/// Source     measured on 0.296: it keeps to the size and does not put it into the next address.
QUrl trinoPageUrl(TrinoProduct product, const QUrl &nextUri);

} // namespace Grebe
