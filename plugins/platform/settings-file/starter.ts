// The settings.json that a new server begins with.

export const STARTER_SETTINGS = `// The settings of Postroom. Changes apply as soon as the file is saved; "postroom config validate" checks it.
// An editor that knows JSON Schema completes every name here and says what it means.
// Passwords never stand here: "postroom users set-password ACCOUNT USER" sets one.
{
  "$schema": "./settings.schema.json",

  // The edition: licensing-lite shares 1 account among 5 users, licensing-pro 20 accounts among 64 users each.
  "plugins.enabled": ["postroom.licensing-lite"],

  // Mail programs log in to send. A scanner that cannot may send from an address that is written down here, and nobody else may:
  //   "smtp.trustedNetworks": ["192.168.1.20"],

  // The ISP mailboxes that are shared, for example:
  //   "company": {
  //     "kind": "regular", "address": "mail@company.com",
  //     "pop3.host": "pop.isp.example", "smtp.host": "smtp.isp.example",
  //     "users": { "andrew": {}, "greg": { "cc.to": ["andrew"] } }
  //   }
  "accounts": {}
}
`;
