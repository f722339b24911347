/** One event of a stream. `id` is where to begin after it: `lastEventId` of a later call; `data` is mostly JSON. */
export interface StreamEvent {
  id: string;
  name: string;
  data: string;
}

export class EventReader {
  constructor(lastId: string);
  lastId: string;
  retryS: number;
  begin(): void;
  feed(chunk: Uint8Array): Generator<StreamEvent>;
}
