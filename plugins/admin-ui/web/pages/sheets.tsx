// A sheet of paper for every user: what to type into the mail program.
import { type ReactNode, useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { StatusAnswer } from '../answers.generated.js';
import { useLiveEvents } from '../api/live.js';
import { useCommand } from '../api/useCommand.js';
import { useChosenName } from '../base/chosenName.js';
import { mailboxName, time } from '../base/format.js';
import { SelectField, TextField } from '../controls/fields.js';
import { Badge, Problem } from '../controls/notices.js';
import { Card, Empty, Page } from '../controls/page.js';
import { BccColleagues } from '../users/bccColleagues.js';
import { TrustHint, TrustRows } from '../users/trust.js';

export function SheetsPage(): ReactNode {
  const account = useChosenName();
  return (
    <Page
      title="Client sheets"
      lead="One sheet for every user, to print or to read out: what to type into the mail program."
      actions={
        <button type="button" className="button primary" onClick={() => window.print()}>
          Print
        </button>
      }
    >
      <Sheets account={account} />
    </Page>
  );
}

export function Sheets({ account }: { readonly account: string | undefined }): ReactNode {
  const accounts = useCommand('accounts.list', {}, ['settings']);
  const boxes = useCommand('mailboxes.list', {}, ['picked-up', 'settings']).data ?? [];
  const ports = useCommand('status', {}, ['settings', 'licence']).data?.ports ?? [];
  const certificate = useCommand('certificate.show', {}, ['settings']).data;
  const users = useCommand('users.list', {}, ['settings']).data ?? [];
  const [typed, setTyped] = useState<string>();
  const server = typed ?? reachedBy(window.location.hostname, certificate?.names ?? []);
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set());
  useLiveEvents(['session'], (events) => {
    const names = events.flatMap(({ mailbox }) =>
      mailbox === undefined ? [] : mailboxName(mailbox as { account?: string; user: string }),
    );
    if (names.length > 0) setSeen((before) => new Set([...before, ...names]));
  });
  const [, go] = useLocation();
  // One account at a time: 1,280 sheets are more than anybody looks at.
  const chosen = accounts.data?.find((row) => row.account === account) ?? accounts.data?.[0];
  const shown = chosen === undefined ? [] : [chosen];
  if (shown.every((row) => row.users.length === 0) && accounts.data !== undefined) {
    return (
      <Card>
        <Empty title="Nobody to print a sheet for">
          Add users first, under <Link href="/accounts">Accounts and users</Link>.
        </Empty>
      </Card>
    );
  }
  return (
    <>
      <Problem sentence={accounts.error} />
      <div className="no-print">
        <Card>
          {(accounts.data?.length ?? 0) > 1 && (
            <SelectField
              label="Account"
              value={chosen?.account ?? ''}
              onChange={(id) => go(`/sheets/${encodeURIComponent(id)}`)}
              options={(accounts.data ?? []).map((row) => [row.account, `${row.account} (${row.address})`] as const)}
            />
          )}
          <TextField
            label="This server's address"
            value={server}
            onChange={setTyped}
            hint="The IP address or name by which the other computers reach it; it is printed on the sheets."
          />
        </Card>
      </div>
      {shown.flatMap((row) =>
        row.users.map((user) => {
          const pickedUp = boxes.find((box) => box.account === row.account && box.user === user)?.pickedUp;
          return (
            <section key={`${row.account} ${user}`} className="card sheet" data-user={user}>
              <header className="card-head">
                <h2>{user}</h2>
                {pickedUp !== undefined ? (
                  <Badge tone="good">picked up mail, last at {time(pickedUp)}</Badge>
                ) : seen.has(mailboxName({ account: row.account, user })) ? (
                  <Badge tone="good">connected</Badge>
                ) : (
                  <Badge tone="muted">waits for the first login</Badge>
                )}
              </header>
              <dl>
                <dt>E-mail address</dt>
                <dd className="address">{row.kind === 'domain' ? `${user}@${row.address.split('@')[1] ?? ''}` : row.address}</dd>
                <dt>Name to show</dt>
                <dd>
                  {user} {row.kind !== 'domain' && <span className="hint">(exactly so: mail is sorted by it)</span>}
                </dd>
                <dt>User name</dt>
                <dd className="address">{user}</dd>
                <dt>Password</dt>
                <dd>the one that ADMIN1 gave you</dd>
                <dt>POP3 server (incoming)</dt>
                <dd className="address">{portText(server, ports, 'pop3')}</dd>
                <dt>SMTP server (outgoing)</dt>
                <dd className="address">{portText(server, ports, 'smtp')}</dd>
                {certificate !== undefined && <TrustRows server={server} ports={ports} certificate={certificate} />}
              </dl>
              <p className="hint">
                Thunderbird fills in servers and a user name that it guesses from the address. Choose <em>Edit configuration</em> (in older
                ones <em>Configure manually</em>) and write what stands here instead, the user name <span className="address">{user}</span>{' '}
                for both servers.
              </p>
              <p className="hint">Choose POP3, not IMAP.</p>
              <TrustHint certificate={certificate} />
              <BccColleagues user={user} users={users.filter((each) => each.account === row.account)} />
            </section>
          );
        }),
      )}
    </>
  );
}

/** In a browser on the server itself the host name may not work from other computers: an address of the certificate stands for it. */
function reachedBy(host: string, names: readonly string[]): string {
  const isHere = host === 'localhost' || host === '[::1]' || host.startsWith('127.');
  return (isHere ? names.find((name) => /^\d+(?:\.\d+){3}$/.test(name) && !name.startsWith('127.')) : undefined) ?? host;
}

function portText(server: string, ports: StatusAnswer['ports'], protocol: string): string {
  const open = ports.filter((port) => port.protocol === protocol && port.state === 'open');
  const names: Readonly<Record<string, string>> = { tls: 'SSL/TLS', starttls: 'STARTTLS', plain: 'no encryption' };
  return open.length === 0
    ? `${server} (no port is open at the moment)`
    : `${server}, ${open.map((port) => `port ${port.port} with ${names[port.security] ?? port.security}`).join(', or ')}`;
}
