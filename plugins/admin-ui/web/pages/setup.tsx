// Setup Wizard: from nothing to the first mail, in the order of the manual.
import { type FormEvent, type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import type { AccountRow, Contributions, LicenceAnswer, Status, UserRow } from '../api/answers.js';
import { change, sentenceOf } from '../api/client.js';
import { useCommand, useResource } from '../api/useCommand.js';
import { saveAccount } from '../parts/accountEditor.js';
import { type AccountDraft, EMPTY_ACCOUNT } from '../parts/accountFields.js';
import { AccountForm } from '../parts/accountForm.js';
import { Badge, Card, Notice, Page, Problem, TableFrame } from '../parts/basics.js';
import { DeviceForm } from '../parts/deviceForm.js';
import { count } from '../parts/format.js';
import { KindSuggestion } from '../parts/kindSuggestion.js';
import { LoginTestButton } from '../parts/loginTest.js';
import { SendReceive } from '../parts/sendReceive.js';
import { NextConnections, TimerForm } from '../parts/timerForm.js';
import { UserForm } from '../parts/userForm.js';
import { useView } from '../parts/viewState.js';
import { Sheets } from './sheets.js';

const STEPS = ['address', 'users', 'timer', 'device', 'ports', 'sheets'] as const;
type Step = (typeof STEPS)[number];
const NAMES: Readonly<Record<Step, string>> = {
  address: 'Address',
  users: 'Users',
  timer: 'Timer',
  device: 'Device',
  ports: 'Ports',
  sheets: 'Client sheets',
};

export function SetupPage(): ReactNode {
  const [view, setView] = useView();
  const accounts = useCommand<readonly AccountRow[]>('accounts.list', {}, ['settings']);
  const step: Step = STEPS.find((each) => each === view['step']) ?? 'address';
  const place = STEPS.indexOf(step);
  const account = accounts.data?.find((row) => row.account === view['account']) ?? accounts.data?.at(-1);
  const show = (next: Step, id?: string): void => {
    setView({ step: next, ...(id !== undefined && { account: id }) });
    window.scrollTo(0, 0);
    document.getElementById('page')?.focus();
  };
  const next = STEPS[place + 1];
  const needsUsers = step === 'users' && account?.users.length === 0;
  return (
    <Page title="Setup Wizard" lead="Share one address of your ISP among the people of your office. Everything can be changed later.">
      <ol className="steps" aria-label="Steps">
        {STEPS.map((each, number) => (
          <li
            key={each}
            className={each === step ? 'current' : number < place ? 'done' : ''}
            aria-current={each === step ? 'step' : undefined}
          >
            {NAMES[each]}
          </li>
        ))}
      </ol>
      {step === 'address' &&
        (accounts.data === undefined ? null : (
          <AddressStep
            present={account}
            onDone={(id) => {
              accounts.reload();
              show('users', id);
            }}
          />
        ))}
      {step === 'users' && account !== undefined && <UsersStep account={account} onChange={accounts.reload} />}
      {step === 'timer' && (
        <>
          <TimerForm />
          <NextConnections />
        </>
      )}
      {step === 'device' && (
        <Card title="The network device">
          <p className="lead">Postroom works where it sees the network device that it was sold with.</p>
          <DeviceForm />
        </Card>
      )}
      {step === 'ports' && <PortsStep />}
      {step === 'sheets' && (
        <>
          <FirstMail />
          <Sheets account={account?.account} />
        </>
      )}
      {step !== 'address' && (
        <div className="actions end no-print">
          <button type="button" className="button" onClick={() => show(STEPS[place - 1] ?? 'address')}>
            Back
          </button>
          {next === undefined ? (
            <Link href="/" className="button primary">
              Finish
            </Link>
          ) : (
            <button type="button" className="button primary" disabled={needsUsers} onClick={() => show(next)}>
              Next: {NAMES[next]}
            </button>
          )}
        </div>
      )}
    </Page>
  );
}

function AddressStep({ present, onDone }: { readonly present: AccountRow | undefined; readonly onDone: (id: string) => void }): ReactNode {
  const kinds = useResource<Contributions>('/api/contributions').data?.accountKinds ?? [];
  const [draft, setDraft] = useState<AccountDraft>(EMPTY_ACCOUNT);
  const [savedId, setSavedId] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const [another, setAnother] = useState(false);
  const save = async (): Promise<boolean> => {
    try {
      await saveAccount(draft, savedId === undefined);
      setSavedId(draft.id);
      setProblem(undefined);
      return true;
    } catch (error) {
      setProblem(sentenceOf(error));
      return false;
    }
  };
  if (present !== undefined && savedId === undefined && !another) {
    return (
      <Card title="Your e-mail account">
        <p>
          <span className="address">{present.address}</span> is shared already, as <strong>{present.account}</strong>.
        </p>
        <div className="actions">
          <button type="button" className="button primary" onClick={() => onDone(present.account)}>
            Go on with it
          </button>
          <button type="button" className="button" onClick={() => setAnother(true)}>
            Share another address
          </button>
        </div>
      </Card>
    );
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void save().then((saved) => {
      if (saved) onDone(draft.id);
    });
  };
  return (
    <Card title="Your e-mail account">
      <form onSubmit={submit}>
        <Problem sentence={problem} />
        <AccountForm draft={draft} onChange={setDraft} kinds={kinds} isNew={savedId === undefined} />
        <LoginTestButton
          account={draft.id}
          before={save}
          label="Save and test the login"
          whenIn={<KindSuggestion account={draft.id} kind={draft.kind} onChoose={(kind) => setDraft({ ...draft, kind })} />}
        />
        <div className="actions end">
          <button type="submit" className="button primary">
            Next: Users
          </button>
        </div>
      </form>
    </Card>
  );
}

function UsersStep({ account, onChange }: { readonly account: AccountRow; readonly onChange: () => void }): ReactNode {
  const users = useCommand<readonly UserRow[]>('users.list', { account: account.account }, ['settings']);
  const licence = useCommand<LicenceAnswer>('licence', {}, ['settings', 'licence']).data;
  const [inserted, setInserted] = useState(0);
  const mine = users.data?.filter((user) => user.account === account.account) ?? [];
  const limit = licence?.limits?.usersPerAccount;
  return (
    <div className="grid two">
      <Card title="Add a user">
        {limit !== undefined && mine.length >= limit ? (
          <Notice kind="info">
            {licence?.edition} allows {count(limit, 'user')} for each account; all are in use.
          </Notice>
        ) : (
          <UserForm
            key={inserted}
            account={account}
            colleagues={mine.map(({ user }) => user)}
            furtherNames={[]}
            onDone={() => {
              setInserted(inserted + 1);
              users.reload();
              onChange();
            }}
          />
        )}
      </Card>
      <Card title={`Who shares ${account.address}`}>
        <TableFrame label="Users">
          <thead>
            <tr>
              <th>User</th>
              <th>CC to</th>
            </tr>
          </thead>
          <tbody>
            {mine.map((user) => (
              <tr key={user.user}>
                <td>
                  <strong>{user.user}</strong>
                </td>
                <td>{user.cc.join(', ')}</td>
              </tr>
            ))}
            <tr>
              <td>PUBLIC1</td>
              <td className="hint">Mail to it goes to everybody.</td>
            </tr>
            <tr>
              <td>ADMIN1</td>
              <td className="hint">Gets what fits nobody.</td>
            </tr>
          </tbody>
        </TableFrame>
      </Card>
    </div>
  );
}

function PortsStep(): ReactNode {
  const { data, error, reload } = useCommand<Status>('status', {}, ['licence', 'settings', 'plugin', 'activity']);
  const [problem, setProblem] = useState<string>();
  const ports = data?.ports ?? [];
  const closed = ports.filter((port) => port.state !== 'open');
  const fix = async (protocol: string): Promise<void> => {
    try {
      // Above 1023 no right is needed, and 0 takes whatever is free: the sheets say which.
      await change('config.set', {
        key: `${protocol}.listen`,
        value: JSON.stringify([
          { port: 0, security: 'starttls' },
          { port: 0, security: 'tls' },
        ]),
      });
      setProblem(undefined);
    } catch (thrown) {
      setProblem(sentenceOf(thrown));
    }
    reload();
  };
  return (
    <Card title="Can mail programs reach this server?">
      <Problem sentence={error ?? problem} />
      {data?.reason !== undefined && (
        <Notice kind="warning" title="The mail ports are closed.">
          {data.reason} {data.remedy}
        </Notice>
      )}
      <ul className="plain">
        {ports.map((port) => (
          <li key={`${port.protocol} ${port.host} ${port.port} ${port.security}`}>
            <Badge tone={port.state === 'open' ? 'good' : 'problem'}>{port.state === 'open' ? 'open' : 'not open'}</Badge>{' '}
            {port.protocol.toUpperCase()} port {port.port} ({port.security}){port.state !== 'open' && <p className="hint">{port.state}</p>}
          </li>
        ))}
      </ul>
      {closed.length === 0 && ports.length > 1 && <Notice kind="good">Every port is open.</Notice>}
      {[...new Set(closed.map(({ protocol }) => protocol))].map((protocol) => (
        <button key={protocol} type="button" className="button" onClick={() => void fix(protocol)}>
          Use free ports for {protocol.toUpperCase()}
        </button>
      ))}
    </Card>
  );
}

function FirstMail(): ReactNode {
  const { data } = useCommand<Status>('status', {}, ['accepted', 'round', 'licence', 'picked-up']);
  return (
    <div className="no-print">
      <Card title="Get the first mail" actions={<SendReceive disabled={data?.service !== 'running'} onDone={() => undefined} />}>
        <p>
          {count(data?.inbox.messages ?? 0, 'message waits', 'messages wait')} in the <Link href="/mailboxes">mailboxes</Link>. Set up the
          mail programs with the sheets below: each turns green when its user has logged in.
        </p>
      </Card>
    </div>
  );
}
