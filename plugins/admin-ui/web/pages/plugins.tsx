// Plugins: what runs, in which order, what it costs, and what failed.
import { type ReactNode, useState } from 'react';
import type { ContributionsAnswer } from '../answers.generated.js';
import { change, sentenceOf } from '../api/client.js';
import { useCommand, useResource } from '../api/useCommand.js';
import { count } from '../base/format.js';
import { ActionButton } from '../controls/buttons.js';
import { Confirm } from '../controls/dialog.js';
import { Badge, Notice, Problem } from '../controls/notices.js';
import { Card, Page } from '../controls/page.js';
import { TableFrame } from '../controls/tableFrame.js';
import { AddPlugin } from '../plugins/addPlugin.js';
import { costLines, failuresOf, TapOrder } from '../plugins/tapOrder.js';

type PluginInfo = ContributionsAnswer['plugins'][number];
const TONES: Readonly<Record<string, 'good' | 'problem' | 'muted' | 'warning'>> = { active: 'good', failed: 'problem', disabled: 'muted' };

export function PluginsPage(): ReactNode {
  const { data, error, reload } = useResource('/api/contributions', ['plugin', 'settings']);
  const order = useCommand('plugins.order', {}, ['plugin', 'accepted', 'round']);
  const written = useResource('/api/settings', ['settings', 'plugin']).data?.written ?? {};
  const [problem, setProblem] = useState<string>();
  const [asking, setAsking] = useState<{ readonly what: 'disable' | 'remove'; readonly plugin: PluginInfo }>();
  const plugins = data?.plugins ?? [];
  const taps = (order.data ?? []).filter((row) => 'tap' in row);
  const act = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
      setProblem(undefined);
    } catch (thrown) {
      setProblem(sentenceOf(thrown));
    }
    reload();
    order.reload();
  };
  const disable = (plugin: PluginInfo): Promise<void> => act(() => change('plugins.disable', { plugin: plugin.id }));
  const enable = (plugin: PluginInfo): Promise<void> =>
    act(async () => {
      const present = plugins.find((each) => each.isEdition && each.state === 'active');
      await change('plugins.enable', { plugin: plugin.id });
      // Exactly one edition must be enabled: the new one takes the place of the old one.
      if (plugin.isEdition && present !== undefined) await change('plugins.disable', { plugin: present.id });
    });
  const switchOf = (plugin: PluginInfo): ReactNode => {
    if (plugin.state === 'disabled')
      return <ActionButton act={() => enable(plugin)}>{plugin.isEdition ? 'Change to it' : 'Enable'}</ActionButton>;
    if (plugin.isEdition) return <span className="hint">the edition in use</span>;
    const isDown = plugin.state === 'failed';
    const hurts = plugin.essential || (isDown && failsClosed(plugin)) || plugin.id === 'postroom.admin-ui';
    return (
      <>
        {isDown && <ActionButton act={() => enable(plugin)}>Try again</ActionButton>}
        <ActionButton act={() => (hurts ? setAsking({ what: 'disable', plugin }) : disable(plugin))}>
          {isDown ? 'Switch off' : 'Disable'}
        </ActionButton>
      </>
    );
  };
  const settingsOf = (plugin: PluginInfo): readonly string[] =>
    (data?.properties ?? []).filter(({ owner, key }) => owner === plugin.id && Object.hasOwn(written, key)).map(({ key }) => key);
  return (
    <Page title="Plugins" lead="Everything but a small core is a plugin. What runs, in which order, what it costs, and what went wrong.">
      <Problem sentence={problem ?? error ?? order.error} />
      <Card title="Installed">
        <TableFrame label="Plugins">
          <thead>
            <tr>
              <th>Plugin</th>
              <th>State</th>
              <th>Action</th>
              <th>Usual cost</th>
              <th>What it does</th>
            </tr>
          </thead>
          <tbody>
            {plugins.map((plugin) => (
              <tr key={plugin.id}>
                <td>
                  <strong>{plugin.name}</strong>
                  <p className="hint">
                    {plugin.id} {plugin.version}
                    {!plugin.bundled && ', isolated'}
                  </p>
                </td>
                <td>
                  <Badge tone={TONES[plugin.state] ?? 'warning'}>{plugin.state}</Badge>
                  <Failures number={failuresOf(plugin.id, taps)} />
                </td>
                <td>
                  <div className="actions">
                    {switchOf(plugin)}
                    {!plugin.bundled && (
                      <ActionButton kind="danger" act={() => setAsking({ what: 'remove', plugin })}>
                        Remove
                      </ActionButton>
                    )}
                  </div>
                </td>
                <td>
                  {costLines(plugin.id, taps).map((line) => (
                    <p key={line}>{line}</p>
                  ))}
                </td>
                <td className="subject">
                  {plugin.description}
                  {!plugin.bundled && plugin.state !== 'disabled' && <p className="hint">{onFailure(plugin)}</p>}
                  {!plugin.bundled && takesDeliveries(plugin) && (
                    <p className="hint">May take deliveries over: what it says was sent counts as sent, and the log names it.</p>
                  )}
                  {plugin.problems.map((sentence) => (
                    <Notice key={sentence} kind="problem">
                      {sentence}
                    </Notice>
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </TableFrame>
      </Card>
      <AddPlugin onDone={reload} />
      <TapOrder taps={taps} />
      {asking?.what === 'disable' && (
        <Confirm
          title={`Disable ${asking.plugin.name}?`}
          question={
            asking.plugin.essential
              ? 'Mail cannot be sorted rightly without it: until it runs again, mail that comes in is held and goes to nobody.'
              : asking.plugin.state === 'failed'
                ? 'Mail that it has not seen goes to its recipients, what is held now included.'
                : 'This page is part of it and closes. "postroom plugins enable postroom.admin-ui" brings it back.'
          }
          yes="Disable it"
          onClose={() => setAsking(undefined)}
          onYes={() => {
            void disable(asking.plugin);
            setAsking(undefined);
          }}
        />
      )}
      {asking?.what === 'remove' && (
        <Confirm
          title={`Remove ${asking.plugin.name}?`}
          question={whatGoes(asking.plugin, settingsOf(asking.plugin))}
          yes="Remove it"
          onClose={() => setAsking(undefined)}
          onYes={() => {
            void act(() => change('plugins.remove', { plugin: asking.plugin.id }));
            setAsking(undefined);
          }}
        />
      )}
    </Page>
  );
}

/** As the host has it: mail waits where a tap that holds on error does not run. */
function failsClosed({ taps }: PluginInfo): boolean {
  return taps.some(({ hook, stage, onError }) => (hook === 'onSort' || hook === 'onDeliver') && stage !== 'outcome' && onError !== 'skip');
}

/** Stage `deliver` is the one of a tap that names none. */
function takesDeliveries({ taps }: PluginInfo): boolean {
  return taps.some(({ hook, stage }) => hook === 'onDeliver' && stage !== 'observe');
}

function onFailure(plugin: PluginInfo): string {
  const isOpen = plugin.taps.some(({ onError }) => onError === 'skip');
  if (failsClosed(plugin)) return 'Fails closed: while it does not run, mail is held.';
  return isOpen ? 'Fails open: where it fails, mail goes on without it.' : '';
}

function Failures({ number }: { readonly number: number }): ReactNode {
  return number === 0 ? null : (
    <p className="hint">
      <Badge tone="problem">{count(number, 'failure')}</Badge>
    </p>
  );
}

function whatGoes({ id, version, taps }: PluginInfo, settings: readonly string[]): ReactNode {
  return (
    <>
      <p>These go, and there is no way back:</p>
      <ul>
        <li>
          the files of {id} {version}
          {taps.length > 0 && `, and its part in ${[...new Set(taps.map(({ hook }) => hook))].join(', ')}`}
        </li>
        <li>its settings{settings.length > 0 && <> {settings.join(', ')}</>}, those of accounts and users too, and its passwords</li>
        <li>everything that it has stored</li>
      </ul>
      <p>Mail stays, also where the plugin delivered it.</p>
    </>
  );
}
