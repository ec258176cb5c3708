// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "grebe_export.h"

#include <QMetaType>
#include <QString>

#include <expected>

namespace Grebe {

/// What went wrong, where, and what to do about it.
///
/// Shape      a value. `message` is the first thing a person reads and keeps the server's own words; `hint` says what
///            to do; `detail` is raw text for behind a fold (a Java stack, a reply's body). All are plain text.
/// Units      line and column count from 1 in the text that was given to Connection::prepare(); column counts Unicode
///            code points, as ANTLR does. 0 is unknown.
/// Errors     holds no secret: it may be shown, logged and pasted into a ticket.
/// Thread     any.
/// Source     the code names are those of ADBC's AdbcStatusCode in adbc.h.
struct GREBE_EXPORT Error
{
    enum class Code {
        Unknown,
        NotImplemented, ///< this engine, or this version of it, cannot do that
        NotFound, ///< a catalog, schema, table, file... is not there
        AlreadyExists,
        InvalidArgument, ///< the SQL or an option is wrong
        InvalidState, ///< right call, wrong moment
        InvalidData, ///< the other side sent what its protocol forbids
        Integrity,
        Internal,
        IO, ///< network, TLS, disk
        Cancelled,
        Timeout,
        Unauthenticated, ///< who are you: sign in
        Unauthorized, ///< we know you, you may not
        Incomplete ///< the result was cut: what arrived before stays valid but is not all
    };

    Code code = Code::Unknown;
    QString message;
    QString hint;
    QString detail;
    QString sqlState;
    QString vendorCode; ///< the engine's own name of the error: `TABLE_NOT_FOUND`
    int vendorNumber = 0; ///< the engine's own number of it: 46
    QString queryId;
    QString infoUrl; ///< the server's page about the query
    int line = 0;
    int column = 0;
    /// The server may have run the statement although no answer came back: look before running it again.
    bool mayHaveRun = false;

    bool isCancelled() const { return code == Code::Cancelled; }
    /// message, hint, place, code and query id on separate lines: "copy all for a ticket".
    QString ticketText() const;
};

/// The ADBC name of a code: "NotFound".
GREBE_EXPORT QString codeName(Error::Code code);

template<typename T>
using Result = std::expected<T, Error>;

} // namespace Grebe

Q_DECLARE_METATYPE(Grebe::Error)
