// What attackers and a hostile world found, and their neighbours: what was tried, and the test that shows what holds now. A row names a test by its
// file and a piece of its full title; tests of other engineers' rooms are added as they come.

export interface AttackRow {
  /** S1 ... S23, A1 ..., R1 ..., or the topic of what had not been tried. */
  readonly finding: string;
  readonly tried: string;
  /** Below test/, without `.test.ts`. */
  readonly file: string;
  /** A piece of the test's full title, `describe` included; all tests that fit count. */
  readonly title: string;
  /** What the row needs beside Node: it is skipped with a notice where that is missing. */
  readonly needs?: 'root' | 'chromium' | 'openssl';
}

export const ATTACKS: readonly AttackRow[] = [
  { finding: 'R10', tried: 'old suites of TLS 1.2 at all five doors', file: 'plugins/tls/serverTls', title: 'R10 takes AEAD suites' },
  { finding: 'R10 neighbours', tried: 'TLS 1.0 and 1.1 at all five doors', file: 'plugins/tls/serverTls', title: 'refuses what is older' },
  {
    finding: 'R10 neighbours',
    tried: 'renegotiation and compression',
    file: 'plugins/tls/serverTls',
    title: 'neither negotiates again inside a session',
    needs: 'openssl',
  },
  {
    finding: 'TLS renewal',
    tried: 'new certificate under open sessions, tickets of the old one',
    file: 'plugins/tls/serverTls',
    title: 'goes on with open sessions',
  },
  {
    finding: 'TLS renewal',
    tried: 'files that do not fit together',
    file: 'plugins/tls/serverTls',
    title: 'keeps the certificate that it has',
  },
  {
    finding: 'ISP certificates',
    tried: 'expired, not yet valid, of another name or authority',
    file: 'plugins/tls/ispCertificates',
    title: 'C08',
  },
  { finding: 'ISP with TLS 1.1', tried: 'both client roles', file: 'plugins/tls/injection', title: 'refuses TLS 1.1' },
  {
    finding: 'STARTTLS injection',
    tried: 'POP3 server: octets behind STLS',
    file: 'plugins/tls/injection',
    title: 'the POP3 server takes nothing',
  },
  {
    finding: 'STARTTLS injection',
    tried: 'SMTP server: octets behind STARTTLS',
    file: 'plugins/tls/injection',
    title: 'the SMTP server takes nothing',
  },
  { finding: 'STARTTLS injection', tried: 'POP3 client: octets behind +OK', file: 'plugins/tls/injection', title: 'the POP3 client' },
  { finding: 'STARTTLS injection', tried: 'SMTP client: octets behind 220', file: 'plugins/tls/injection', title: 'the SMTP client' },
  {
    finding: 'dribbling SMTP',
    tried: 'an octet now and then at every stage',
    file: 'plugins/abuse/dribble',
    title: 'dribbling SMTP sessions',
  },
  { finding: 'stored XSS', tried: '15 payloads on every page, wide', file: 'browser/xss', title: 'at 1280 px', needs: 'chromium' },
  { finding: 'stored XSS', tried: '15 payloads on every page, narrow', file: 'browser/xss', title: 'at 360 px', needs: 'chromium' },
  { finding: 'text tricks', tried: 'escapes and overrides on a terminal', file: 'core/cli/terminalText', title: 'text on a terminal' },
  {
    finding: 'deliver taps',
    tried: 'mail swallowed, refused, left out, answered twice',
    file: 'flow/deliverVillains',
    title: 'a plugin that takes deliveries over',
  },
  {
    finding: 'deliver taps',
    tried: 'receipts from who only looks on',
    file: 'core/host/inProcess/villains',
    title: 'mail ',
  },
  { finding: 'fuzzing', tried: 'every input that ever failed', file: 'fuzz/fuzz', title: 'keep their rules for every kept input' },
  { finding: 'fuzzing', tried: 'bent inputs for every parser', file: 'fuzz/fuzz', title: 'keep their rules for bent inputs' },
  {
    finding: 'fuzzing',
    tried: "an ISP's answer before the text was sent",
    file: 'plugins/smtp/relay/relay',
    title: 'before the text was sent',
  },
  {
    finding: 'fuzzing',
    tried: 'a setting behind a comment',
    file: 'core/configuration/document',
    title: 'never puts a new value into a comment',
  },
  { finding: 'fuzzing', tried: 'control characters and glue in addresses', file: 'core/mail/addresses', title: 'what is no address' },
  { finding: 'MIME bombs', tried: '25 of them', file: 'core/mail/bombs', title: '' },
  { finding: 'crowds', tried: '10,000 connections', file: 'plugins/abuse/connections', title: 'a crowd of connections' },
  { finding: 'guessing', tried: 'passwords, from one address and many', file: 'plugins/abuse/guessing', title: 'guessing passwords' },
];
