// The answer to a question about an account: what its declaration gives a title, and the properties that it proposes to set.
import type { ReactNode } from 'react';
import type { Schema } from '../api/schema.js';
import { useResource } from '../api/useCommand.js';
import { plainText } from '../base/format.js';
import { ActionButton } from '../controls/buttons.js';
import { Notice } from '../controls/notices.js';
import { TableFrame } from '../controls/tableFrame.js';

type Values = Readonly<Record<string, unknown>>;

export function AccountAnswer({
  schema,
  answer,
  values,
  onApply,
}: {
  readonly schema: Schema;
  readonly answer: unknown;
  readonly values: Values;
  readonly onApply: (proposal: Values) => unknown;
}): ReactNode {
  const found = recordOf(answer);
  const parts = titledIn(schema).map(([name, part]) => [part.title ?? name, part, found[name]] as const);
  const isList = (value: unknown): boolean => Array.isArray(value);
  return (
    <>
      {parts
        .filter(([, , value]) => !isList(value) && plainText(value) !== '')
        .map(([title, , value]) => (
          <p key={title}>
            <strong>{title}:</strong> {plainText(value)}
          </p>
        ))}
      <Proposal proposal={recordOf(found['proposal'])} values={values} onApply={onApply} />
      {parts.map(
        ([title, part, value]) =>
          isList(value) && <Evidence key={title} title={title} schema={part.items ?? {}} rows={value as unknown[]} />,
      )}
    </>
  );
}

/** Nothing where nothing is proposed. What is set already is not proposed again. */
function Proposal({
  proposal,
  values,
  onApply,
}: {
  readonly proposal: Values;
  readonly values: Values;
  readonly onApply: (proposal: Values) => unknown;
}): ReactNode {
  const properties = useResource('/api/contributions', ['plugin']).data?.properties ?? [];
  const all = Object.entries(proposal);
  if (all.length === 0) return null;
  const changes = all.filter(([key, value]) => plainText(values[key]) !== plainText(value));
  if (changes.length === 0) return <Notice kind="good">The account is set up for that already.</Notice>;
  return (
    <Notice kind="warning" title={`This calls for ${changes.length === 1 ? 'another setting' : 'other settings'}.`}>
      <ul>
        {changes.map(([key, value]) => (
          <li key={key}>
            {properties.find((property) => property.key === key && property.scope === 'account')?.schema.title ?? key}:{' '}
            <strong>{shown(value)}</strong> (now {shown(values[key])})
          </li>
        ))}
      </ul>
      <ActionButton act={() => onApply(Object.fromEntries(changes))}>Apply</ActionButton>
    </Notice>
  );
}

function Evidence({
  title,
  schema,
  rows,
}: {
  readonly title: string;
  readonly schema: Schema;
  readonly rows: readonly unknown[];
}): ReactNode {
  const columns = titledIn(schema);
  if (rows.length === 0) return null;
  return (
    <details>
      <summary>{title}</summary>
      {columns.length === 0 ? (
        <ul>
          {rows.map((row) => (
            <li key={plainText(row)}>{plainText(row)}</li>
          ))}
        </ul>
      ) : (
        <TableFrame label={title}>
          <thead>
            <tr>
              {columns.map(([name, column]) => (
                <th key={name} className={classOf(column)}>
                  {column.title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={plainText(row)}>
                {columns.map(([name, column]) => (
                  <td key={name} className={classOf(column)}>
                    {plainText(recordOf(row)[name])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </TableFrame>
      )}
    </details>
  );
}

/** What has no title is for programs. */
function titledIn(schema: Schema): readonly (readonly [name: string, schema: Schema])[] {
  return Object.entries(schema.properties ?? {}).filter(([name, { title }]) => title !== undefined && name !== 'proposal');
}

function classOf({ type }: Schema): string {
  return type === 'integer' || type === 'number' ? 'num' : '';
}

function shown(value: unknown): string {
  const text = plainText(value);
  return text === '' ? 'not set' : text;
}

function recordOf(value: unknown): Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Values) : {};
}
