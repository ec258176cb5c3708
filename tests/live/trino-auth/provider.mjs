// SPDX-License-Identifier: Apache-2.0
// An OpenID provider on the loopback with a sign-in form, for the coordinator at the address CALLBACK belongs to.
// node provider.mjs PORT CALLBACK READY-FILE; access tokens live for eight seconds, so that a test sees them renewed.
import { Provider } from 'oidc-provider';
import fs from 'node:fs';
import http from 'node:http';

const [port, redirect, readyFile] = process.argv.slice(2);
const issuer = `http://localhost:${port}`;
const hour = 3600;

const provider = new Provider(issuer, {
  clients: [{
    client_id: 'trino',
    client_secret: 'loopback-only',
    redirect_uris: [redirect],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_basic',
  }],
  scopes: ['openid', 'offline_access'],
  findAccount: (context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  features: { devInteractions: { enabled: false } },
  interactions: { url: (context, interaction) => `/interaction/${interaction.uid}` },
  issueRefreshToken: async () => true, // Trino asks for openid alone and renews all the same
  pkce: { required: () => false },
  cookies: { keys: ['loopback'] },
  ttl: { AccessToken: 8, AuthorizationCode: 60, Grant: hour, IdToken: hour, Interaction: hour, RefreshToken: hour, Session: hour },
});
provider.on('grant.error', (context, error) => console.log('grant.error', error.message));

async function bodyOf(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return new URLSearchParams(text);
}

async function interaction(request, response) {
  const { prompt, params, grantId } = await provider.interactionDetails(request, response);
  if (prompt.name === 'consent') { // what a person granted by signing in
    const grant = grantId ? await provider.Grant.find(grantId) : new provider.Grant({ accountId: (await provider.interactionDetails(request, response)).session.accountId, clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } }, { mergeWithLastSubmission: true });
  }
  if (request.method !== 'POST') {
    console.log('form');
    response.setHeader('Content-Type', 'text/html');
    return response.end(`<!doctype html><title>Sign in</title><form method="post" action="${request.url}">
      <input name="user"><input name="password" type="password"><button>Sign in</button></form>`);
  }
  const form = await bodyOf(request);
  if (form.get('password') !== 'paddle') {
    return provider.interactionFinished(request, response, { error: 'access_denied', error_description: 'wrong password' });
  }
  console.log('signed in', form.get('user'));
  return provider.interactionFinished(request, response, { login: { accountId: form.get('user') } });
}

const callback = provider.callback();
http.createServer((request, response) => {
  if (!request.url.startsWith('/interaction/')) return callback(request, response);
  return interaction(request, response).catch((error) => {
    console.error(error);
    response.statusCode = 500;
    response.end(String(error));
  });
}).listen(Number(port), '127.0.0.1', () => fs.writeFileSync(readyFile, issuer));
