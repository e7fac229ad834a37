// Mail Server Manager: the page in the browser, and the API that it is made with.
import { hostname } from 'node:os';
import path from 'node:path';
import { type PluginContext, PostroomError } from '@postroom/sdk';
import {
  AdminPassword,
  Authenticator,
  Certificates,
  Clock,
  CommandCatalogue,
  Events,
  PluginCatalogue,
  SettingsService,
} from '@postroom/sdk/services';
import { ManagerListener } from './managerListener.js';
import { EventFeed } from './server/eventFeed.js';
import { Lamps } from './server/lamps.js';
import { peerOf } from './server/peerProcess.js';
import { Sessions } from './server/sessions.js';
import { SetupCode } from './server/setupCode.js';
import { Tokens } from './server/tokens.js';

export function activate(context: PluginContext): void {
  const { settings, log, commands } = context;
  const clock = context.get(Clock);
  const events = context.get(Events);
  const adminPassword = context.get(AdminPassword);
  const stopping = new AbortController();

  const limits = () => ({
    idleMinutes: settings.get<number>('admin-ui.idleMinutes'),
    hours: settings.get<number>('admin-ui.sessionHours'),
  });
  const sessions = new Sessions(clock, limits);
  const tokens = new Tokens(context.state, clock, () => context.get(CommandCatalogue).declarations);
  const lamps = new Lamps(events, clock);
  const feed = new EventFeed(events, lamps, clock);
  const setupCode = new SetupCode(
    (code) => log.warn(`ADMIN1 has no password yet. To set one in the manager, type this code there: ${code}`),
    clock,
  );
  context.subscriptions.push(
    lamps,
    feed,
    sessions,
    tokens,
    adminPassword.onDidChange(() => sessions.endAll()),
    { dispose: () => stopping.abort() },
  );

  commands.register('admin-ui.sessions', () => sessions.list());
  commands.register('admin-ui.revoke-session', (args: { readonly session: string }) => {
    if (!sessions.revoke(args.session)) {
      throw new PostroomError('user/unknown', `There is no login ${args.session}. "postroom admin-ui sessions" lists them.`);
    }
    return { revoked: args.session };
  });
  commands.register('admin-ui.tokens', () => tokens.list());
  commands.register(
    'admin-ui.create-token',
    (args: { readonly name: string; readonly scopes: readonly string[]; readonly days: number }, { token }) =>
      tokens.create(args.name, args.scopes, args.days, token),
  );
  commands.register('admin-ui.revoke-token', (args: { readonly token: string }) => tokens.revoke(args.token));

  const listener: ManagerListener = new ManagerListener({
    settings,
    certificates: context.get(Certificates),
    clock,
    log,
    onClose: () => feed.endAll(),
    onOpen: (ports) => {
      if (!adminPassword.isSet && ports.some(({ problem }) => problem === undefined)) {
        setupCode.show();
      }
    },
    createApp: async () => {
      const { createApp } = await import('./server/app.js');
      return createApp({
        commands: context.get(CommandCatalogue),
        settings: context.get(SettingsService),
        plugins: context.get(PluginCatalogue),
        authenticator: context.get(Authenticator),
        certificates: context.get(Certificates),
        adminPassword,
        setupCode,
        isBehindProxy: (socket) => listener.isBehindProxy(socket),
        peerOf,
        sessions,
        tokens,
        feed,
        limits,
        hostNames: () => [
          settings.get<string>('server.name') || hostname(),
          ...settings.get<readonly string[]>('tls.names'),
          ...settings.get<readonly string[]>('admin-ui.allowedHosts'),
        ],
        webFolder: path.join(context.folder, 'web-dist', path.sep),
        log,
        signal: stopping.signal,
        onKnown: (socket) => listener.known(socket),
      });
    },
  });
  context.listen(listener);
}
