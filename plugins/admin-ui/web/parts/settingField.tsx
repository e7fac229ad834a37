// biome-ignore-all lint/suspicious/noArrayIndexKey: the entries have no names of their own and never change places.
// A field for a value by its JSON Schema: scalars, lists, records, and lists of records.
import { type ReactNode, useState } from 'react';
import type { Schema } from '../api/answers.js';
import { Field, SelectField, TextField } from './basics.js';
import { plainText } from './format.js';

export interface SettingFieldProps {
  readonly name: string;
  readonly schema: Schema;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}

export function SettingField({ name, schema, value, onChange }: SettingFieldProps): ReactNode {
  const label = schema.title ?? titleOf(name);
  if (schema.enum !== undefined) {
    return (
      <SelectField
        label={label}
        value={plainText(value ?? '')}
        onChange={onChange}
        options={schema.enum.map((each) => [String(each), String(each)] as const)}
      />
    );
  }
  switch (schema.type) {
    case 'boolean':
      return (
        <label className="check">
          <input type="checkbox" checked={value === true} onChange={(event) => onChange(event.currentTarget.checked)} /> {label}
        </label>
      );
    case 'integer':
    case 'number':
      return (
        <TextField
          label={label}
          type="number"
          value={value === undefined ? '' : plainText(value)}
          onChange={(text) => onChange(text === '' ? undefined : Number(text))}
        />
      );
    case 'string':
      return <TextField label={label} value={plainText(value ?? '')} onChange={onChange} />;
    case 'array':
      return schema.items?.type === 'object' ? (
        <Records label={label} schema={schema.items} value={listOf(value)} onChange={onChange} />
      ) : (
        <Lines label={label} schema={schema.items ?? {}} value={listOf(value)} onChange={onChange} />
      );
    case 'object':
      return schema.properties === undefined ? (
        <Json label={label} value={value} onChange={onChange} />
      ) : (
        <Record_ label={label} schema={schema} value={recordOf(value)} onChange={onChange} />
      );
    default:
      return <Json label={label} value={value} onChange={onChange} />;
  }
}

/** One entry a line. */
function Lines({
  label,
  schema,
  value,
  onChange,
}: {
  readonly label: string;
  readonly schema: Schema;
  readonly value: readonly unknown[];
  readonly onChange: (value: unknown) => void;
}): ReactNode {
  const isNumber = schema.type === 'integer' || schema.type === 'number';
  const [text, setText] = useState<string>();
  const shown = text ?? value.join('\n');
  return (
    <Field label={label} hint="One a line.">
      {(id, hintId) => (
        <textarea
          id={id}
          rows={Math.min(6, shown.split('\n').length + 1)}
          aria-describedby={hintId}
          spellCheck={false}
          value={shown}
          onBlur={() => setText(undefined)}
          onChange={(event) => {
            setText(event.currentTarget.value);
            const lines = event.currentTarget.value.split('\n').filter((line) => line.trim() !== '');
            onChange(isNumber ? lines.map(Number) : lines);
          }}
        />
      )}
    </Field>
  );
}

function Records({
  label,
  schema,
  value,
  onChange,
}: {
  readonly label: string;
  readonly schema: Schema;
  readonly value: readonly unknown[];
  readonly onChange: (value: unknown) => void;
}): ReactNode {
  return (
    <fieldset>
      <legend>{label}</legend>
      {value.map((entry, place) => (
        <div key={place} className="form-grid">
          <RecordFields
            schema={schema}
            value={recordOf(entry)}
            onChange={(next) => onChange(value.map((each, index) => (index === place ? next : each)))}
          />
          <div className="field">
            <button
              type="button"
              className="button danger"
              onClick={() => onChange(value.filter((_, index) => index !== place))}
              aria-label={`Remove entry ${place + 1} of ${label}`}
            >
              Remove
            </button>
          </div>
        </div>
      ))}
      <button type="button" className="button" onClick={() => onChange([...value, blank(schema)])} aria-label={`Add to ${label}`}>
        Add
      </button>
    </fieldset>
  );
}

function Record_({
  label,
  schema,
  value,
  onChange,
}: {
  readonly label: string;
  readonly schema: Schema;
  readonly value: Readonly<Record<string, unknown>>;
  readonly onChange: (value: unknown) => void;
}): ReactNode {
  return (
    <fieldset>
      <legend>{label}</legend>
      <div className="form-grid">
        <RecordFields schema={schema} value={value} onChange={onChange} />
      </div>
    </fieldset>
  );
}

function RecordFields({
  schema,
  value,
  onChange,
}: {
  readonly schema: Schema;
  readonly value: Readonly<Record<string, unknown>>;
  readonly onChange: (value: unknown) => void;
}): ReactNode {
  return Object.entries(schema.properties ?? {}).map(([name, property]) => (
    <SettingField
      key={name}
      name={name}
      schema={property}
      value={value[name]}
      onChange={(next) => {
        const isEmpty = next === undefined || (next === '' && schema.required?.includes(name) !== true);
        onChange(
          Object.fromEntries([...Object.entries(value).filter(([key]) => key !== name), ...(isEmpty ? [] : [[name, next] as const])]),
        );
      }}
    />
  ));
}

/** What no form fits: as JSON, taken over while it is valid. */
function Json({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}): ReactNode {
  const [text, setText] = useState<string>();
  const [isWrong, setWrong] = useState(false);
  return (
    <Field label={label} hint={isWrong ? 'This is not JSON yet; it is taken over once it is.' : 'As JSON.'}>
      {(id, hintId) => (
        <textarea
          id={id}
          aria-describedby={hintId}
          aria-invalid={isWrong}
          spellCheck={false}
          value={text ?? JSON.stringify(value, undefined, 2) ?? ''}
          onChange={(event) => {
            setText(event.currentTarget.value);
            try {
              onChange(JSON.parse(event.currentTarget.value) as unknown);
              setWrong(false);
            } catch {
              setWrong(true);
            }
          }}
        />
      )}
    </Field>
  );
}

function blank(schema: Schema): Readonly<Record<string, unknown>> {
  const required = Object.entries(schema.properties ?? {}).filter(([name]) => schema.required?.includes(name) === true);
  return Object.fromEntries(
    required.map(([name, property]) => [
      name,
      property.default ?? property.enum?.[0] ?? (property.type === 'integer' ? 0 : property.type === 'array' ? [] : ''),
    ]),
  );
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : {};
}

/** `pop3.limits.connectionsPerAddress` -> `Limits, connections per address`: for declarations without a title. */
function titleOf(name: string): string {
  const [first = '', ...rest] = name.split('.');
  const words = (rest.length === 0 ? [first] : rest).join(', ').replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
