// SPDX-License-Identifier: Apache-2.0
#include "connectioneditor.h"

#include "connectionmodel.h"
#include "optionfield.h"
#include "optionform.h"
#include "secretstore.h"
#include "teststeps.h"

#include "widgets/button.h"
#include "widgets/label.h"
#include "widgets/pane.h"
#include "widgets/segmented.h"

#include <QGridLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QMenu>
#include <QScrollArea>
#include <QScrollBar>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr int kFoldedHeight = 480;
constexpr int kUnfoldedHeight = 720;

QGridLayout *makeGrid()
{
    auto *grid = new QGridLayout;
    grid->setContentsMargins({});
    grid->setHorizontalSpacing(12);
    grid->setVerticalSpacing(4);
    grid->setColumnMinimumWidth(0, OptionForm::kLabelWidth - 12);
    grid->setColumnStretch(1, 1);
    return grid;
}

Label *makeCaption(const QString &text, QWidget *parent)
{
    auto *label = new Label(text, Theme::Subdued, parent);
    label->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    return label;
}

} // namespace

ConnectionEditor::ConnectionEditor(ConnectionModel *connections, SecretStore *secrets,
                                   const QList<const EngineInfo *> &engines, QWidget *parent)
    : QDialog(parent), m_connections(connections), m_secrets(secrets), m_engines(engines),
      m_title(new Label(this)), m_engineButton(new Button(Button::Chip, this)), m_engineMenu(new QMenu(this)),
      m_url(new QLineEdit(this)), m_urlNote(new Label(QString(), Theme::Subdued, this)), m_scroll(new QScrollArea(this)),
      m_name(new QLineEdit(this)), m_environment(new Segmented(this)), m_steps(new TestSteps(this)),
      m_message(new Label(QString(), Theme::Subdued, this)), m_testButton(new Button(Button::Plain, tr("Test"), this)),
      m_saveButton(new Button(Button::Primary, tr("Save and connect"), this))
{
    setWindowTitle(tr("Connection"));
    setWindowModality(Qt::WindowModal);
    resize(760, kFoldedHeight);

    auto *header = new Pane(Pane::LineBelow, this);
    auto *headerLayout = new QHBoxLayout(header);
    headerLayout->setContentsMargins(18, 12, 18, 13);
    QFont bold = font();
    bold.setBold(true);
    bold.setPixelSize(fontInfo().pixelSize() + 2);
    m_title->setFont(bold);
    headerLayout->addWidget(m_title, 1);
    m_engineButton->setAccessibleName(tr("Engine"));
    m_engineButton->setCaption(tr("engine"));
    m_engineButton->setMenu(m_engineMenu);
    for (const EngineInfo *engine : engines) {
        m_engineMenu->addAction(engine->name, this, [this, engine] {
            setEngine(*engine);
            suggestName();
        });
    }
    headerLayout->addWidget(m_engineButton);

    auto *urlGrid = makeGrid();
    m_url->setObjectName(u"url"_s);
    m_url->setPlaceholderText(tr("jdbc:trino://…, trino://…, https://… or a page of its web interface"));
    m_url->setAccessibleName(tr("Paste a URL"));
    m_url->setClearButtonEnabled(true);
    m_urlNote->setWordWrap(true);
    m_urlNote->hide();
    urlGrid->addWidget(makeCaption(tr("Paste a URL"), this), 0, 0);
    urlGrid->addWidget(m_url, 0, 1);
    urlGrid->addWidget(m_urlNote, 1, 1);
    connect(m_url, &QLineEdit::textChanged, this, &ConnectionEditor::readUrl);
    connect(m_url, &QLineEdit::editingFinished, this, &ConnectionEditor::checkUrl);

    auto *nameGrid = makeGrid();
    m_name->setObjectName(u"name"_s);
    m_name->setAccessibleName(tr("Name"));
    for (const Environment kind : { Environment::Development, Environment::Test, Environment::Production })
        m_environment->addSegment(environmentLabel(kind), environmentRole(kind));
    m_environment->setAccessibleName(tr("Kind of connection"));
    auto *nameLine = new QHBoxLayout;
    nameLine->setSpacing(8);
    nameLine->addWidget(m_name, 1);
    nameLine->addWidget(m_environment);
    nameGrid->addWidget(makeCaption(tr("Name, kind"), this), 0, 0);
    nameGrid->addLayout(nameLine, 0, 1);

    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setWidgetResizable(true);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->viewport()->setBackgroundRole(QPalette::Window);

    auto *body = new QVBoxLayout;
    body->setContentsMargins(22, 14, 22, 8);
    body->setSpacing(8);
    body->addLayout(urlGrid);
    body->addLayout(nameGrid);
    body->addWidget(m_scroll, 1);

    auto *outcome = new Pane(Pane::LineAbove, this);
    auto *outcomeLayout = new QVBoxLayout(outcome);
    outcomeLayout->setContentsMargins(22, 8, 22, 8);
    outcomeLayout->setSpacing(2);
    outcomeLayout->addWidget(m_steps);
    m_message->setWordWrap(true);
    m_message->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_message->setMinimumHeight(fontMetrics().height() * 2 + 4);
    m_message->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    outcomeLayout->addWidget(m_message);

    auto *footer = new Pane(Pane::LineAbove, this);
    auto *buttons = new QHBoxLayout(footer);
    buttons->setContentsMargins(18, 12, 18, 12);
    buttons->setSpacing(8);
    auto *cancel = new Button(Button::Plain, tr("Cancel"), footer);
    buttons->addWidget(m_testButton);
    buttons->addStretch(1);
    buttons->addWidget(cancel);
    buttons->addWidget(m_saveButton);
    connect(m_testButton, &QAbstractButton::clicked, this, &ConnectionEditor::test);
    connect(cancel, &QAbstractButton::clicked, this, &QDialog::reject);
    connect(m_saveButton, &QAbstractButton::clicked, this, &ConnectionEditor::save);

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(header);
    layout->addLayout(body, 1);
    layout->addWidget(outcome);
    layout->addWidget(footer);

    showHint();
    if (!engines.isEmpty())
        setEngine(*engines.first());
    m_url->setFocus();
}

ConnectionEditor::~ConnectionEditor()
{
    // QDialog hides itself when it goes, which takes the focus from a field, which then says that it was edited.
    m_url->disconnect(this);
    m_form->disconnect(this);
}

void ConnectionEditor::setConnection(const StoredConnection &connection)
{
    if (!connection.parameters.isValid())
        return;
    setEngine(connection.parameters.engine());
    m_form->setParameters(connection.parameters);
    m_name->setText(connection.name);
    m_replaced = connection.name;
    m_environment->setCurrentIndex(int(connection.environment));
    m_title->setText(tr("Change %1").arg(connection.name));
    m_url->clear();
    m_name->setFocus();
}

void ConnectionEditor::setEngine(const EngineInfo &engine)
{
    if (m_engine == &engine)
        return;
    m_engine = &engine;
    m_test.reset();
    m_steps->setSteps({});
    m_form = new OptionForm(engine);
    connect(m_form, &OptionForm::edited, this, [this] {
        suggestName();
        showHint();
    });
    connect(m_form, &OptionForm::foldChanged, this, [this](bool isUnfolded) {
        resize(width(), isUnfolded ? qMax(height(), kUnfoldedHeight) : qMin(height(), kFoldedHeight));
    });
    m_scroll->setWidget(m_form); // takes down the one before
    m_form->setAutoFillBackground(false);
    m_engineButton->setText(engine.name);
    if (m_replaced.isEmpty())
        m_title->setText(tr("Connect to %1").arg(engine.name));
}

QString ConnectionEditor::message() const
{
    return m_message->text();
}

QString ConnectionEditor::stepsText() const
{
    return m_steps->text();
}

void ConnectionEditor::readUrl()
{
    const QString text = m_url->text().trimmed();
    if (text.isEmpty()) {
        m_urlNote->hide();
        return;
    }
    const Result<ConnectionParameters> parameters = ConnectionParameters::fromUrl(text, m_engines);
    if (!parameters)
        return; // while somebody types, half an address is no mistake yet
    setEngine(parameters->engine());
    m_form->setParameters(*parameters);
    m_urlNote->setRole(Theme::Ok);
    m_urlNote->setText(tr("Understood as %1 at %2: the fields below are filled.")
                           .arg(parameters->engine().name, parameters->displayName()));
    m_urlNote->show();
    suggestName();
    showHint();
}

// The fields are not filled again: the focus also leaves for a dialog, when much was changed below.
void ConnectionEditor::checkUrl()
{
    const QString text = m_url->text().trimmed();
    if (text.isEmpty())
        return;
    if (const auto parameters = ConnectionParameters::fromUrl(text, m_engines); !parameters) {
        m_urlNote->setRole(Theme::Failure);
        m_urlNote->setText(parameters.error().message);
        m_urlNote->show();
    }
}

void ConnectionEditor::suggestName()
{
    if (m_name->text() != m_suggestedName || !m_replaced.isEmpty())
        return; // a name that somebody chose stays
    ConnectionParameters some(*m_engine);
    for (const OptionInfo &option : m_engine->options) {
        if (const OptionField *field = m_form->field(option.name); field && !option.isSecret)
            (void)some.setValue(option.name, field->value());
    }
    m_suggestedName = some.displayName();
    m_name->setText(m_suggestedName);
}

void ConnectionEditor::setMessage(const QString &text, int role)
{
    m_message->setRole(Theme::Role(role));
    m_message->setText(text);
}

void ConnectionEditor::showHint()
{
    setMessage(tr("Test tries each step on the way to the first query and stores nothing."), Theme::Subdued);
}

Result<ConnectionParameters> ConnectionEditor::parameters()
{
    Result<ConnectionParameters> result = m_form->parameters();
    if (!result)
        setMessage(result.error().message, Theme::Failure);
    else
        result->setConnectionName(m_name->text().trimmed());
    return result;
}

void ConnectionEditor::test()
{
    if (m_test) {
        // The button stops what it began.
        m_test.reset();
        m_testButton->setText(tr("Test"));
        setMessage(tr("The test was stopped."), Theme::Subdued);
        return;
    }
    const Result<ConnectionParameters> parameters = this->parameters();
    if (!parameters)
        return;
    ConnectionPtr connection = m_connections->make(*parameters);
    if (!connection) {
        setMessage(tr("This Grebe was built without the engine %1.").arg(m_engine->name), Theme::Failure);
        return;
    }
    m_test = std::make_unique<ConnectionTest>(std::move(connection));
    connect(m_test.get(), &ConnectionTest::changed, this, [this] { m_steps->setSteps(m_test->steps()); });
    connect(m_test.get(), &ConnectionTest::finished, this, &ConnectionEditor::endTest);
    m_steps->setSteps(m_test->steps());
    m_testButton->setText(tr("Stop the test"));
    setMessage(tr("Testing…"), Theme::Subdued);
    m_test->start();
}

void ConnectionEditor::endTest(const Result<ServerInfo> &outcome)
{
    m_testButton->setText(tr("Test"));
    m_steps->setSteps(m_test->steps());
    m_test.release()->deleteLater();
    if (outcome) {
        QStringList parts { tr("It works: %1").arg((outcome->product + u' ' + outcome->version).trimmed()) };
        if (!outcome->user.isEmpty())
            parts += tr("signed in as %1").arg(outcome->user);
        if (!outcome->tlsDescription.isEmpty())
            parts += outcome->tlsDescription;
        setMessage(parts.join(u", "_s), Theme::Ok);
    } else {
        const Error &error = outcome.error();
        setMessage(error.hint.isEmpty() ? error.message : error.message + u'\n' + error.hint, Theme::Failure);
    }
    Q_EMIT tested(outcome.has_value());
}

void ConnectionEditor::save()
{
    const QString name = m_name->text().trimmed();
    if (name.isEmpty()) {
        setMessage(tr("Give the connection a name."), Theme::Failure);
        m_name->setFocus();
        return;
    }
    const Result<ConnectionParameters> entered = parameters();
    if (!entered)
        return;
    StoredConnection stored { .name = name, .environment = Environment(m_environment->currentIndex()), .parameters = *entered };
    QMap<QString, QString> secrets;
    for (const OptionInfo &option : m_engine->options) {
        if (option.isSecret && entered->hasValue(option.name)) {
            secrets.insert(option.name, entered->value(option.name));
            (void)stored.parameters.setValue(option.name, {});
        }
    }
    // Before the store tells everybody: whoever connects then finds the secrets.
    for (const auto &[option, value] : secrets.asKeyValueRange()) {
        if (option == "password"_L1)
            m_secrets->setPassword(entered->origin().toString(), entered->user(), value);
        else
            m_secrets->setSessionValue(name, option, value);
    }
    if (const Result<void> result = m_connections->store()->store(stored, m_replaced); !result) {
        setMessage(result.error().message, Theme::Failure);
        return;
    }
    accept();
    Q_EMIT saved(name);
}

void ConnectionEditor::keyPressEvent(QKeyEvent *event)
{
    // Enter in a field is not yet "save": QDialog would press a button nobody sees as the default.
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
        if (event->modifiers() & Qt::ControlModifier)
            save();
        return;
    }
    QDialog::keyPressEvent(event);
}

} // namespace Grebe
