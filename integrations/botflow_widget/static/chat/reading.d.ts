/** Reads answers: bounded, in linear time, and server-sent events by the rules of the standard. */
/**
 * Return the JSON of an answer; TypeError when it holds none, as fetch says of a broken connection.
 * @param {Response} response
 */
export declare function readJson(response: Response): Promise<any>;
/**
 * Yield the events of a stream: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 * One without a name and text is yielded for each piece that holds no event's end: the server is there.
 * @param {Response} response
 */
export declare function events(response: Response): AsyncGenerator<{
    id: string;
    name: string;
    text: string;
}, void, unknown>;
