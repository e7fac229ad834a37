// Command lines as they are typed, shown by --help. A test reads each of them through the real table.

/** By command, without `postroom` and the command's own words. */
export const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  'accounts.add': ['company mail@company.com regular --set pop3.host=pop.isp.example smtp.host=smtp.isp.example'],
  'accounts.change': ['company pop3.host=pop.isp.example pop3.security=tls'],
  'backup.create': ['/backup/monday'],
  'backup.restore': ['/backup/monday --data ./data'],
  'config.get': ['timer.everyMinutes', 'accounts.company.users.andrew.cc.to --json'],
  'config.set': [
    'timer.everyMinutes 10',
    'tls.certificateFile /etc/postroom/cert.pem tls.keyFile /etc/postroom/key.pem',
    `accounts.company.users.andrew.cc.to '["greg"]'`,
  ],
  'config.diff': ['', '12'],
  'config.undo': ['', '12'],
  'config.validate': ['settings.json --what-if 500'],
  explain: ['letter.eml --account company', '- --account company --json', '--live company'],
  'log.read': ['2026-11-23', '--text invoice --limit 20'],
  'mailboxes.show': ['andrew'],
  'outbox.retry': ['17 18'],
  'plugins.allow': ['sample.clamav', 'sample.clamav 127.0.0.1:3310 --yes', 'sample.clamav --revoke'],
  'plugins.enable': ['postroom.licensing-pro'],
  'plugins.new': ['my-filter --template filter'],
  'plugins.order': ['onSort'],
  resort: ['17 18 --preview', '--mailbox admin1'],
  'send-receive': ['', 'company --json'],
  trace: ['andrew', 'invoice --limit 5 --json'],
  'users.add': ['company greg --cc andrew'],
  'users.change': [`company andrew 'names=["Andrew Smith"]'`],
  'users.rename': ['company carolyn caro'],
  'users.set-password': ['company andrew', 'admin1'],
};

/** What --help says below the options; nothing where no example is needed. */
export function examplesText(command: string): string {
  const lines = (EXAMPLES[command] ?? []).map((words) => `  postroom ${command.replace('.', ' ')} ${words}`.trimEnd());
  return lines.length === 0 ? '' : `\n${lines.length === 1 ? 'Example' : 'Examples'}:\n${lines.join('\n')}`;
}
