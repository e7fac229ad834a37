// Which network a plugin has: what its manifest asks for, places as people write them, and where an address leads; what ports know of their clients'
// addresses; what door threads are made of. Shared by the host and the plugins of the product; not part of what plugins of strangers are promised: any
// version may change it.

export * from './addressKind.js';
export * from './connectionName.js';
export * from './doors/joinedPort.js';
export * from './doors/messageLine.js';
export * from './doors/sharedPort.js';
export * from './doors/wordedLine.js';
export * from './manifestNetwork.js';
export * from './networks.js';
export * from './proxies/proxyHeader.js';
export * from './proxies/proxyHeaders.js';
export * from './target.js';
