// SPDX-License-Identifier: Apache-2.0
#include "trinoopening.h"

#include "trinostatement.h"

#include "engines/question.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTimer>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

// HEAD /v1/statement checks credentials and runs nothing, since 469; older servers and Presto answer 405.
constexpr int headVersion = 469;

} // namespace

TrinoOpening::TrinoOpening(std::shared_ptr<TrinoClient> client, const Dialect &dialect, QObject *parent)
    : QObject(parent), m_client(std::move(client)), m_dialect(dialect)
{
}

void TrinoOpening::start()
{
    if (const Result<void> &check = m_client->check(); !check) {
        begin(Kind::SignIn);
        fail(check.error());
        return;
    }
    m_client->setIdentity({}); // it may be somebody else's by now
    begin(Kind::Resolve);
    askInfo();
}

void TrinoOpening::askInfo()
{
    const bool isTls = m_client->url({}).scheme() == "https"_L1;
    const int generation = m_client->signIn().generation();
    HttpCall *call = m_client->send(m_client->request("GET", m_client->url(u"/v1/info"_s)));
    connect(call, &HttpCall::resolved, this, [this](const QString &address) {
        if (m_step == Kind::Resolve) {
            complete(address);
            begin(Kind::Connect);
        }
    });
    connect(call, &HttpCall::connected, this, [this, isTls] {
        if (m_step == Kind::Resolve) {
            complete();
            begin(Kind::Connect);
        }
        if (m_step == Kind::Connect) {
            complete(u"port %1"_s.arg(m_client->url({}).port()));
            if (isTls)
                begin(Kind::Tls);
        }
    });
    connect(call, &HttpCall::encrypted, this, [this](const QString &description) {
        m_info.tlsDescription = description;
        if (m_step == Kind::Tls)
            complete(description);
    });
    connect(call, &HttpCall::finished, this, [this, isTls, generation](const HttpResponse &response) {
        if (response.error && TrinoSignIn::isWanted(response)) { // before anything was sent
            m_client->signIn().begin(generation, response, this, [this](const Result<void> &result) {
                if (result)
                    start();
                else
                    fail(result.error());
            });
            return;
        }
        if (response.error) {
            // The transport calls a connection connected when TLS stands.
            if (response.error->vendorCode.startsWith("TLS_"_L1) && m_step == Kind::Connect) {
                complete();
                begin(Kind::Tls);
            }
            fail(*response.error);
            return;
        }
        // A connection that was open before tells of no steps.
        if (m_step == Kind::Resolve) {
            complete();
            begin(Kind::Connect);
        }
        if (m_step == Kind::Connect) {
            complete();
            if (isTls)
                begin(Kind::Tls);
        }
        if (m_step == Kind::Tls)
            complete(m_info.tlsDescription);
        if (!isTls)
            skip(Kind::Tls, u"not used"_s);
        onInfo(response, generation);
    });
}

void TrinoOpening::onInfo(const HttpResponse &response, int generation)
{
    if (m_step != Kind::SignIn)
        begin(Kind::SignIn);
    // Presto, and no Trino, shows this page only to whom it knows.
    const bool isPresto = m_client->product() == TrinoProduct::Presto;
    m_wasLetIn = m_wasLetIn || (isPresto && m_client->signIn().isIdentifiedByServer());
    if (response.status == 401 && isPresto) {
        m_client->signIn().begin(generation, response, this, [this](const Result<void> &result) {
            m_wasLetIn = result.has_value();
            if (result)
                askInfo();
            else
                fail(result.error());
        });
        return;
    }
    m_info.product = m_client->productName();
    if (response.status == 200) {
        const QJsonObject info = QJsonDocument::fromJson(response.bytes().toByteArray()).object();
        m_info.version = info.value("nodeVersion"_L1).toObject().value("version"_L1).toString();
        m_info.environment = info.value("environment"_L1).toString();
        if (m_info.version.isEmpty()) {
            fail({ .code = Error::Code::InvalidData,
                   .message = u"%1 answers, but not as a %2 server does."_s.arg(m_client->url({}).toString(), m_client->productName()),
                   .hint = u"Is this the coordinator's address, and does it need a path prefix?"_s });
            return;
        }
        if (const std::optional<Error> error = trinoProductError(m_info.version, m_client->parameters())) {
            fail(*error);
            return;
        }
        m_client->setVersion(m_info.version);
    } else if (response.status == 429 || response.status >= 500) {
        fail(m_client->httpError(response, u"asking the server who it is"_s));
        return;
    }
    // A gateway may keep this page from us; statements may work all the same.
    checkSignIn();
}

void TrinoOpening::checkSignIn()
{
    if (m_client->product() == TrinoProduct::Presto || (m_client->version() > 0 && m_client->version() < headVersion)) {
        firstQuery(true);
        return;
    }
    const int generation = m_generation = m_client->signIn().generation();
    HttpRequest request = m_client->request("HEAD", m_client->url(u"/v1/statement"_s));
    request.firstByteTimeout = {}; // a directory service may take its time
    HttpCall *call = m_client->send(request);
    connect(call, &HttpCall::finished, this,
            [this, generation](const HttpResponse &response) { onSignInAnswer(response, generation); });
}

void TrinoOpening::onSignInAnswer(const HttpResponse &response, int generation)
{
    if (response.error) {
        fail(*response.error);
    } else if (response.status == 401) {
        m_client->signIn().begin(generation, response, this, [this](const Result<void> &result) {
            if (result)
                checkSignIn();
            else
                fail(result.error());
        });
    } else if (response.status == 404 || response.status == 405) {
        firstQuery(true);
    } else if (response.status >= 300) {
        fail(m_client->httpError(response, u"signing in"_s));
    } else {
        m_client->signIn().confirm();
        if (m_client->session().isIdentityKnown())
            endSignIn();
        else
            askIdentity();
    }
}

// Only a statement tells who a token or a certificate makes us. A queue that is full or slow keeps nobody out: then it is
// not known.
void TrinoOpening::askIdentity()
{
    m_generation = m_client->signIn().generation();
    auto *statement = new TrinoStatement(m_client, m_dialect, u"SELECT current_user"_s, { .purpose = StatementOptions::Purpose::Metadata });
    auto *patience = new QTimer(statement);
    patience->setSingleShot(true);
    connect(statement, &Statement::started, patience, [this, patience] { patience->start(m_client->timings().control); });
    connect(patience, &QTimer::timeout, statement, &Statement::cancel);
    collectText(statement, this, [this, statement](const Result<MetadataTable> &answer) {
        statement->deleteLater();
        const bool isServersOwn = !answer && (answer.error().isCancelled() || !answer.error().vendorCode.isEmpty());
        if (!answer && !isServersOwn) {
            fail(answer.error());
            return;
        }
        if (answer)
            m_client->setIdentity(answer->rows.value(0).value(0));
        endSignIn();
    });
    statement->start();
}

void TrinoOpening::endSignIn()
{
    complete(m_client->sessionState().user);
    if (m_client->parameters().boolean(u"validateConnection"_s)) {
        firstQuery(false);
    } else {
        skip(Kind::FirstQuery, u"not asked for"_s);
        succeed();
    }
}

void TrinoOpening::firstQuery(bool isSignInCheck)
{
    if (isSignInCheck && !m_client->session().isIdentityKnown()) {
        askIdentity();
        return;
    }
    if (isSignInCheck && !m_client->parameters().boolean(u"validateConnection"_s) && m_client->parameters().password().isEmpty()) {
        if (m_wasLetIn) {
            m_client->signIn().confirm();
            complete(m_client->sessionState().user);
        } else {
            skip(Kind::SignIn, u"without a password"_s);
        }
        skip(Kind::FirstQuery, u"not asked for"_s);
        succeed();
        return;
    }
    if (!isSignInCheck)
        begin(Kind::FirstQuery);
    StatementOptions options;
    options.purpose = StatementOptions::Purpose::Metadata;
    auto *statement = new TrinoStatement(m_client, m_dialect, u"SELECT 1"_s, options);
    connect(statement, &Statement::started, this, [this, isSignInCheck] {
        if (isSignInCheck && m_step == Kind::SignIn) {
            complete(m_client->sessionState().user);
            begin(Kind::FirstQuery);
        }
    });
    connect(statement, &Statement::finished, this, [this, statement] {
        statement->deleteLater();
        complete(u"SELECT 1"_s);
        succeed();
    });
    connect(statement, &Statement::failed, this, [this, statement](const Error &error) {
        statement->deleteLater();
        fail(error);
    });
    statement->start();
}

void TrinoOpening::begin(Kind kind, const QString &text)
{
    m_step = kind;
    m_since.start();
    Q_EMIT stepChanged({ .kind = kind, .state = ConnectionStep::State::Running, .text = text });
}

void TrinoOpening::complete(const QString &text)
{
    if (!m_step)
        return;
    const Kind kind = *std::exchange(m_step, std::nullopt);
    Q_EMIT stepChanged({ .kind = kind,
                         .state = ConnectionStep::State::Done,
                         .text = text,
                         .duration = std::chrono::milliseconds(m_since.elapsed()) });
}

void TrinoOpening::skip(Kind kind, const QString &text)
{
    m_step.reset();
    Q_EMIT stepChanged({ .kind = kind, .state = ConnectionStep::State::Skipped, .text = text });
}

void TrinoOpening::fail(const Error &error)
{
    if (std::exchange(m_isDone, true))
        return;
    if (m_step) {
        Q_EMIT stepChanged({ .kind = *m_step,
                             .state = ConnectionStep::State::Failed,
                             .text = error.message,
                             .duration = std::chrono::milliseconds(m_since.elapsed()) });
    }
    Q_EMIT done(std::unexpected(error));
    deleteLater();
}

void TrinoOpening::succeed()
{
    if (std::exchange(m_isDone, true))
        return;
    if (m_client->session().isIdentityKnown())
        m_info.user = m_client->sessionState().user;
    Q_EMIT done(m_info);
    deleteLater();
}

} // namespace Grebe
