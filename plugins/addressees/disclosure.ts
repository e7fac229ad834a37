// Keeps from every copy what would tell its readers of a Bcc.
import { ENVELOPE_FIELDS, envelopeAddresses, type MailView, type SortPlan } from '@postroom/sdk';

/** Conceals envelope fields that list several recipients: an ISP that stores one copy for several of our users writes them all down, Bcc included. */
export function concealRecipients(plan: SortPlan, mail: MailView, configuredHeader: string): SortPlan {
  const names = configuredHeader === '' ? ENVELOPE_FIELDS : [...ENVELOPE_FIELDS, configuredHeader];
  let result = plan;
  for (const name of names) {
    for (const field of mail.headers(name)) {
      if (envelopeAddresses(mail, field).length > 1)
        result = result.conceal(field, `${field.name} lists several recipients and would disclose a Bcc`);
    }
  }
  return result;
}
