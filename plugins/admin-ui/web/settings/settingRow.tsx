// One property of the settings with all that belongs to it: its field, what it means, whether it was changed, and the way back.
import { type Schema as CheckedSchema, Validator } from '@cfworker/json-schema';
import type { ReactNode } from 'react';
import type { ContributionsAnswer } from '../answers.generated.js';
import type { Schema } from '../api/schema.js';
import { ActionButton } from '../controls/buttons.js';
import { Described } from '../controls/described.js';
import { Badge, Notice, Problem } from '../controls/notices.js';
import type { SettingDrafts } from './settingDrafts.js';
import { SettingField } from './settingField.js';

/** A property that somebody declares for settings.json. */
export type Property = ContributionsAnswer['properties'][number];

/** `value`: in force; `isWritten`: the file says it, not the default; `ownOf`: the server that has it for itself, where it does. */
export function SettingRow({
  property: { key, schema },
  value,
  isWritten,
  ownOf,
  drafts,
}: {
  readonly property: Property;
  readonly value: unknown;
  readonly isWritten: boolean;
  readonly ownOf?: string | undefined;
  readonly drafts: SettingDrafts;
}): ReactNode {
  const draft = drafts.find(key);
  const shown = draft === undefined ? (value ?? schema.default) : (draft.value ?? schema.default);
  const set = (next: unknown): void => drafts.set(key, next);
  return (
    <div className={isWritten || draft !== undefined ? 'field modified' : 'field'}>
      <SettingField name={key} schema={schema} value={shown} onChange={set} />
      {draft?.value !== undefined && <Problem sentence={problemOf(schema, draft.value)} />}
      <p className="hint">
        <Described text={schema.markdownDescription ?? schema.description ?? ''} /> <code>{key}</code>{' '}
        {isWritten && <Badge tone="info">{ownOf === undefined ? 'changed' : `for ${ownOf} alone`}</Badge>}{' '}
        {schema.restart === 'server' && <Badge tone="warning">needs a restart</Badge>}{' '}
        {schema.restart === 'listener' && <Badge tone="muted">ports open anew</Badge>}
        {isWritten && (
          <button type="button" className="button quiet" onClick={() => set(undefined)}>
            {ownOf === undefined ? 'Back to the default' : 'Back to the value for all servers'}
          </button>
        )}
      </p>
    </div>
  );
}

/** What is not saved yet, and the buttons for it. */
export function UnsavedNotice({ drafts }: { readonly drafts: SettingDrafts }): ReactNode {
  const { changed, isStale, problem } = drafts;
  return (
    <>
      <Problem sentence={problem} />
      {isStale && (
        <Notice kind="warning" title="The file was changed meanwhile, on disk or by somebody else.">
          What you typed is still here. Look at the values, then save, or discard.
        </Notice>
      )}
      {changed.length > 0 && (
        <Notice kind="info" title={`${changed.length} not saved yet: ${changed.join(', ')}`}>
          <div className="actions">
            <ActionButton kind="primary" act={() => drafts.save()}>
              Save
            </ActionButton>
            <ActionButton act={() => drafts.discard()}>Discard</ActionButton>
          </div>
        </Notice>
      )}
    </>
  );
}

/** What the page can tell at once; the server decides when it is saved. Without eval, as the content security policy wants it. */
function problemOf(schema: Schema, value: unknown): string | undefined {
  const { valid, errors } = new Validator(schema as CheckedSchema, '7').validate(value);
  return valid ? undefined : errors.at(-1)?.error;
}
