// The order in which plugins are asked, why it is that, and what each tap costs.
import type { ReactNode } from 'react';
import type { PluginsOrderAnswer } from '../answers.generated.js';
import { milliseconds } from '../base/format.js';
import { useView } from '../base/viewState.js';
import { SelectField } from '../controls/fields.js';
import { Badge } from '../controls/notices.js';
import { Card } from '../controls/page.js';
import { TableFrame } from '../controls/tableFrame.js';

/** A row of `plugins order` without `services`. */
export type TapRow = Extract<PluginsOrderAnswer[number], { readonly tap: string }>;

const HOOKS = [
  ['onSchedule', 'When does the next round run?'],
  ['onLicenseCheck', 'May the service run?'],
  ['onFetch', 'Collecting from the ISP'],
  ['onSort', 'Who gets a message?'],
  ['onDeliver', 'Handing a message on'],
] as const;
const UNITS: Readonly<Record<string, string>> = {
  onSchedule: 'a plan',
  onLicenseCheck: 'a check',
  onFetch: 'a collection',
  onSort: 'a message',
  onDeliver: 'a delivery',
};

export function TapOrder({ taps }: { readonly taps: readonly TapRow[] }): ReactNode {
  const [view, setView] = useView();
  const hook = view['hook'] ?? 'onSort';
  return (
    <Card title="Order">
      <SelectField
        label="Hook"
        value={hook}
        onChange={(value) => setView({ hook: value })}
        options={HOOKS.map(([name, meaning]) => [name, `${name}: ${meaning}`] as const)}
        hint="Plugins are asked in this order. It comes from what they declare, never from when they were loaded."
      />
      <TableFrame label="Order of the taps">
        <thead>
          <tr>
            <th className="num">Place</th>
            <th>Tap</th>
            <th>Stage</th>
            <th className="num">Calls</th>
            <th className="num">Usual time</th>
            <th className="num">Slowest lately</th>
            <th className="num">Failures</th>
            <th>Why here</th>
          </tr>
        </thead>
        <tbody>
          {taps
            .filter((row) => row.hook === hook)
            .map((row) => (
              <tr key={row.tap}>
                <td className="num">{row.place}</td>
                <td>
                  {row.tap}
                  {row.onError === 'skip' && <p className="hint">fails open</p>}
                </td>
                <td>{row.stage}</td>
                <td className="num">{row.calls.toLocaleString('en')}</td>
                <td className="num">{milliseconds(row.medianMs)}</td>
                <td className="num">{milliseconds(row.slowestMs)}</td>
                <td className="num">{row.failures === 0 ? '0' : <Badge tone="problem">{row.failures}</Badge>}</td>
                <td className="subject">{row.reason}</td>
              </tr>
            ))}
        </tbody>
      </TableFrame>
    </Card>
  );
}

/** What a plugin's taps cost together, a line for each hook that has called them: `0.05 ms a message`. */
export function costLines(plugin: string, taps: readonly TapRow[]): readonly string[] {
  const mine = taps.filter((row) => row.tap.startsWith(`${plugin}/`));
  return [...new Set(mine.map(({ hook }) => hook))].flatMap((hook) => {
    const medians = mine.flatMap((row) => (row.hook === hook ? (row.medianMs ?? []) : []));
    return medians.length === 0 ? [] : [`${milliseconds(medians.reduce((sum, each) => sum + each, 0))} ${UNITS[hook] ?? 'a call'}`];
  });
}

export function failuresOf(plugin: string, taps: readonly TapRow[]): number {
  return taps.filter((row) => row.tap.startsWith(`${plugin}/`)).reduce((sum, row) => sum + row.failures, 0);
}
