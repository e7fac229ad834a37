// A kit to test plugins with: the real host in one call, an ISP on loopback with faults to switch on, time that stands still, sample mail, a leak check.

export type { PracticeDevice } from './device.js';
export type { Break } from './faultList.js';
export { type LeakCheck, leakCheck } from './leakCheck.js';
export { type PairedDoorLines, pairedDoorLines } from './pairedDoorLines.js';
export type { Pop3Capability, Pop3Deletion, Pop3Faults, Pop3Moment } from './pop3Faults.js';
export type { PracticePop3Server, PracticeServerOptions } from './pop3Server.js';
export { PRACTICE_PASSWORD, PracticeIsp, type PracticeIspOptions } from './practiceIsp.js';
export { PracticeMailbox, type PracticeMessage, type PutOptions } from './practiceMailbox.js';
export { PRACTICE_ADDRESSES, practiceOffice, practiceServers } from './practiceOffice.js';
export { type SampleAddresses, type SampleMessage, sampleMail, sampleReply } from './sampleMail.js';
export { SMTP_STEPS, type SmtpFaults, type SmtpMoment, type SmtpStep } from './smtpFaults.js';
export type { PracticeSmtpServer } from './smtpServer.js';
export type { ReceivedMail } from './smtpTransaction.js';
export { type SortedMail, startTestHost, type TestHost, type TestHostOptions, type TestRound } from './testHost.js';
export type { LogLine, TestServer, TestServerModule, TestServerOptions } from './testServer.js';
export { VirtualClock } from './virtualClock.js';
export type { WireLine, WireLog } from './wireLog.js';
