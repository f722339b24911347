/**
 * The values that the chat passes, and its events. Types alone: nothing of this file is in a build.
 *
 * @typedef {string | (() => string | null | Promise<string | null>)} Identity a JWT, or a function that gives a fresh one
 *
 * @typedef {object} ChatOptions
 * @property {string | URL} server the address below which botflow is served
 * @property {string} workflow the workflow's id
 * @property {Identity | null} [identity] who the person is, signed by your server; nobody is an anonymous visitor
 * @property {Storage | null} [storage] keeps token and unsent messages; localStorage where there is one, null for none
 *
 * @typedef {object} QuickReply
 * @property {string} title
 * @property {string} [payload]
 * @property {string} [url]
 *
 * @typedef {object} Medium
 * @property {string} url
 * @property {string} [contentType]
 * @property {string} [name]
 * @property {number} [size]
 *
 * @typedef {object} Card
 * @property {string} [title]
 * @property {string} [text]
 * @property {Medium} [picture]
 * @property {QuickReply[]} [buttons]
 *
 * @typedef {object} Message what the workflow, or a person who has taken over, says
 * @property {string} id its place: later messages have higher numbers
 * @property {"text"} type
 * @property {string} text
 * @property {QuickReply[]} quickReplies
 * @property {string} [question] to be sent along with a payload of `quickReplies`
 * @property {string} [author]
 * @property {string} [authorPicture]
 * @property {Medium[]} [media]
 * @property {Card[]} [cards]
 * @property {number} [typing] seconds for which to show that it is being typed
 * @property {number} [turn]
 * @property {string} [at]
 *
 * @typedef {object} Location
 * @property {number} latitude
 * @property {number} longitude
 * @property {string} [label]
 *
 * @typedef {object} SentFile a file as `upload` returns it
 * @property {string} id
 * @property {string} [name]
 * @property {string} [contentType]
 * @property {number} [size]
 * @property {string} [url]
 *
 * @typedef {object} More what a message may hold besides its text
 * @property {string} [payload] of the quick reply that was pressed
 * @property {string} [question] of the message that offered it
 * @property {SentFile[]} [media]
 * @property {Location} [location]
 *
 * @typedef {{messageId: string, text: string, at: string, by?: string, elsewhere?: boolean} & More} OwnMessage a
 *   message of the person; `by` is the signed one, `elsewhere`: another tab or device has sent it
 *
 * @typedef {Message & {direction: "in" | "out", messageId?: string, media?: any[], location?: Location}} Entry a line of
 *   the history; `messageId` is the one that a message of the person was sent with
 *
 * @typedef {object} Page
 * @property {string} [sessionId]
 * @property {string} [status] running, waiting, completed or failed
 * @property {string} [person] who has the conversation instead of the workflow; "" while it waits for someone
 * @property {string} [personPicture] the address of their picture
 * @property {Entry[]} messages
 * @property {number | null} [earlier] for `earlier`: null when there is nothing before
 * @property {boolean} [more]
 *
 * @typedef {Page & {unsent: OwnMessage[], isNew: boolean}} Opened
 *
 * @typedef {object} ChatEvents
 * @property {Opened} opened the conversation as it is; again after `identify`, `signOut`, and when another tab did that
 * @property {OwnMessage} queued a message is on its way
 * @property {{message: OwnMessage, status?: string, messages: Message[]}} answered the server has it; the workflow's
 *   messages come by `message`, too, each once
 * @property {{message: OwnMessage}} delayed it waits for the network or the server
 * @property {{message: OwnMessage, failure: import("./refusal.js").Refusal, isOld?: boolean}} refused the server will not
 *   have it as it is; `isOld`: that was before this `opened`. It stays refused, also through reloads, until `retry`
 * @property {{message: OwnMessage}} retried a refused one is on its way again, here or in another tab
 * @property {{message: OwnMessage}} takenback it was given up, here or in another tab
 * @property {Message} message the workflow says this: each message once, in order
 * @property {Message & {attempt: number}} preview a message that may still change
 * @property {{turn: number, attempt: number, text: string}} delta a piece of a message that is being written
 * @property {{status: string, person?: string | undefined, personPicture?: string | undefined}} status
 * @property {{person: string}} typing a person writes
 * @property {{state: "connecting" | "online" | "offline", failure?: unknown}} connection
 * @property {{failure?: unknown}} lost the server does not know this conversation any more, or lets nobody in like this
 */

export {};
