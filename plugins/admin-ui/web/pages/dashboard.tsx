// Overview: does mail flow?
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import type { SendReceiveAnswer, StatusAnswer } from '../answers.generated.js';
import { change, sentenceOf } from '../api/client.js';
import { live } from '../api/live.js';
import { useStore } from '../api/store.js';
import { useCommand, useResource } from '../api/useCommand.js';
import { count, fromNow, plainText, time } from '../base/format.js';
import { ActionButton } from '../controls/buttons.js';
import { Badge, Notice, Problem } from '../controls/notices.js';
import { Card, Empty, Page } from '../controls/page.js';
import { Lamp } from '../mail/lamp.js';
import { SendReceive } from '../mail/sendReceive.js';
import { ServersCard } from './serversCard.js';

const CHANGES = ['accepted', 'picked-up', 'relay', 'round', 'licence', 'settings', 'plugin', 'problem', 'activity'];

export function Dashboard(): ReactNode {
  const { data: status, error, reload } = useCommand('status', {}, CHANGES);
  const { lamps } = useStore(live);
  const [problem, setProblem] = useState<string>();
  const isOn = status?.service === 'running';
  const flip = async (): Promise<void> => {
    try {
      await change(status?.service === 'stopped by the administrator' ? 'service.start' : 'service.stop');
      setProblem(undefined);
    } catch (thrown) {
      setProblem(sentenceOf(thrown));
    }
    reload();
  };
  // What mail waits for stands on top.
  const others = (status?.problems ?? []).filter((line) => !status?.waitsFor.some(({ plugin }) => line.startsWith(`${plugin}: `)));
  const sessions = (open: number): string => count(open, 'session');
  return (
    <Page
      title="Overview"
      lead={status === undefined ? undefined : <ServiceSentence status={status} />}
      actions={<SendReceive disabled={!isOn || status.accounts === 0} onDone={reload} />}
    >
      <Problem sentence={problem ?? error} />
      {status !== undefined && status.waitsFor.length > 0 && (
        <Notice kind="problem" title="Mail is held and reaches nobody">
          {status.waitsFor.map(({ plugin, name, why }) => (
            <p key={plugin}>
              {name} must look at it and does not run. {why}
            </p>
          ))}
          <p>
            The <Link href="/doctor">Doctor</Link> has the ways out.
          </p>
        </Notice>
      )}
      {status?.accounts === 0 && (
        <Card>
          <Empty title="No account is shared yet">
            The <Link href="/setup">Setup Wizard</Link> takes five minutes: one address at your ISP, and the people who share it.
          </Empty>
        </Card>
      )}
      <div className="grid four">
        <Lamp title="Local Sending" meaning="From mail programs to this server." state={lamps?.localSending} busyWord={sessions} />
        <Lamp title="Local Receiving" meaning="Picked up by mail programs." state={lamps?.localReceiving} busyWord={sessions} />
        <Lamp title="Outgoing" meaning="From this server to the ISP." state={lamps?.outgoing} busyWord={() => 'sending'} />
        <Lamp
          title="Incoming"
          meaning="From the ISP to this server."
          state={lamps?.incoming}
          busyWord={(open) => `collecting ${count(open, 'account')}`}
        />
      </div>
      {status !== undefined && (
        <>
          <div className="grid three">
            <Card title="Inbox" actions={<Link href="/mailboxes">Mailboxes</Link>}>
              <p className="number">{status.inbox.messages.toLocaleString('en')}</p>
              <p className="hint">
                {status.inbox.messages === 0
                  ? 'Everything has been picked up.'
                  : `To be picked up; the oldest came ${fromNow(status.inbox.oldest)}.`}
              </p>
            </Card>
            <Card title="Outbox" actions={<Link href="/outbox">Outbox</Link>}>
              <p className="number">{status.outbox.messages.toLocaleString('en')}</p>
              <p className="hint">
                {status.outbox.messages === 0
                  ? 'Nothing waits to be sent.'
                  : `To be sent; the oldest waits since ${time(status.outbox.oldest)}.`}
                {status.held > 0 && (
                  <>
                    {' '}
                    <Link href="/outbox">{count(status.held, 'message is', 'messages are')} set aside.</Link>
                  </>
                )}
              </p>
            </Card>
            <Card title="Mail service" actions={<Badge tone={isOn ? 'good' : 'problem'}>{isOn ? 'running' : 'stopped'}</Badge>}>
              <p className="hint">
                {isOn
                  ? 'Mail programs can connect, and the timer collects mail.'
                  : 'Mail programs cannot connect, and nothing is collected. Stored mail stays.'}
              </p>
              <ActionButton act={flip}>{status.service === 'stopped by the administrator' ? 'Start' : 'Stop'}</ActionButton>
            </Card>
          </div>
          <div className="grid two">
            <Card title="Last send/receive">
              <LastRound round={status.lastRound} />
            </Card>
            <Card title="Next send/receive" actions={<Link href="/timer">Timer</Link>}>
              {status.nextRound === undefined ? (
                <Empty title="None is planned">The timer is off, or no account is shared. Send/Receive works at any time.</Empty>
              ) : (
                <p>
                  <strong>{time(status.nextRound.at)}</strong>, {fromNow(status.nextRound.at)}: {status.nextRound.because}.
                </p>
              )}
              <h3>Ports</h3>
              <ul className="plain">
                {status.ports.map((port) => (
                  <li key={`${port.protocol} ${port.host} ${port.port} ${port.security}`}>
                    <Badge tone={port.state === 'open' ? 'good' : 'problem'}>{port.state === 'open' ? 'open' : 'not open'}</Badge>{' '}
                    {port.protocol.toUpperCase()} {port.host.includes(':') ? `[${port.host}]` : port.host}:{port.port} ({port.security})
                    {port.state !== 'open' && <p className="hint">{port.state}</p>}
                  </li>
                ))}
              </ul>
            </Card>
          </div>
          <ServersCard />
          <StatusCards />
          {others.length > 0 && (
            <Notice kind="warning" title="To look at">
              <ul>
                {others.map((line) => (
                  <li key={line}>{line}</li>
                ))}
              </ul>
            </Notice>
          )}
        </>
      )}
    </Page>
  );
}

function ServiceSentence({ status }: { readonly status: StatusAnswer }): ReactNode {
  if (status.reason !== undefined) return 'The service has stopped; stored mail stays.';
  if (status.service !== 'running') return 'The service is stopped. Start opens the ports again.';
  if (status.waitsFor.length > 0) return 'Mail is taken in, and held until a plugin runs again.';
  return `Mail flows. ${status.edition === '' ? '' : `Edition: ${status.edition}.`} ${count(status.accounts, 'account')} shared.`;
}

function LastRound({ round }: { readonly round: SendReceiveAnswer | undefined }): ReactNode {
  if (round === undefined) {
    return <Empty title="None yet">The first one shows here what was collected and sent, by account.</Empty>;
  }
  const failed = round.rounds.filter((account) => account.failed.length > 0);
  const word = failed.length === 0 ? 'ok' : failed.length < round.rounds.length ? 'partly failed' : 'failed';
  return (
    <>
      <p>
        <Badge tone={failed.length === 0 ? 'good' : word === 'failed' ? 'problem' : 'warning'}>{word}</Badge> {time(round.endedAt)},{' '}
        {fromNow(round.endedAt)}. {count(round.sent, 'message')} sent
        {round.deferred > 0 && `, ${round.deferred} put off`}
        {round.bounced > 0 && `, ${round.bounced} returned`}.
      </p>
      <ul className="plain">
        {round.rounds.map((account) => (
          <li key={account.account}>
            <Link href={`/accounts/${encodeURIComponent(account.account)}`}>{account.account}</Link>: {count(account.fetched, 'message')}{' '}
            collected
            {account.failed.map((sentence) => (
              <Notice key={sentence} kind="warning">
                {sentence}
              </Notice>
            ))}
          </li>
        ))}
      </ul>
    </>
  );
}

/** Cards that plugins declare; each is filled by a command of the plugin. */
function StatusCards(): ReactNode {
  const cards = useResource('/api/contributions', ['plugin']).data?.statusCards ?? [];
  return (
    <div className="grid three">
      {cards.map((card) => (
        <StatusCard key={card.id} title={card.title} command={card.command} />
      ))}
    </div>
  );
}

function StatusCard({ title, command }: { readonly title: string; readonly command: string }): ReactNode {
  const card = useCommand(command, {}, ['licence', 'plugin', 'settings', 'round']);
  const { error } = card;
  const data = card.data as { readonly state?: unknown; readonly text?: unknown } | undefined;
  const state = plainText(data?.state ?? '');
  const tone = /^(ok|good|seen)$/.test(state) ? 'good' : /^(problem|error|failed|denied|bad)$/.test(state) ? 'problem' : 'warning';
  return (
    <Card title={title} actions={data === undefined ? undefined : <Badge tone={tone}>{state}</Badge>}>
      <p>{error ?? plainText(data?.text ?? '')}</p>
    </Card>
  );
}
