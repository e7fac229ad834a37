// Setup Wizard: from nothing to the first mail, in the order of the manual.
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useCommand } from '../api/useCommand.js';
import { count } from '../base/format.js';
import { useView } from '../base/viewState.js';
import { Card, Page } from '../controls/page.js';
import { DeviceForm } from '../forms/deviceForm.js';
import { SendersForm } from '../forms/sendersForm.js';
import { NextConnections, TimerForm } from '../forms/timerForm.js';
import { SendReceive } from '../mail/sendReceive.js';
import { AddressStep } from '../setup/addressStep.js';
import { PortsStep } from '../setup/portsStep.js';
import { UsersStep } from '../setup/usersStep.js';
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
  const accounts = useCommand('accounts.list', {}, ['settings']);
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
      {step === 'ports' && (
        <>
          <PortsStep />
          <SendersForm />
        </>
      )}
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

function FirstMail(): ReactNode {
  const { data } = useCommand('status', {}, ['accepted', 'round', 'licence', 'picked-up']);
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
