"""botflow-chat.js under Node.js and in Chromium, against real servers, through networks as bad as they come.

What people report of other chats, and the tests that it does not happen here (the words of their names):

1. Messages come twice after a reconnection (Cognigy/WebchatWidget#335, stanford-oval/genie-server#129):
   `repeats_nothing`.
2. One's own message comes twice when its answer was lost (destinygg/chat-gui#574): `answers_are_lost`.
3. A telephone that returns to the page shows nothing new (chatwoot/chatwoot#4335, amazon-connect-chatjs#254):
   `wakes_up`.
4. After the computer has slept, the token has ended, and the page must be loaded again
   (microsoft/BotFramework-DirectLineJS#320, BotFramework-WebChat#3292): `refused_token_is_renewed`.
5. The next person at the computer reads the last one's conversation (pegasystems/uplus-wss#3, #123): `signs_out`,
   `without_a_user`.
6. Who signs in again finds an empty conversation (chatwoot/chatwoot#3915, #1120): `signs_out`.
7. A second tab begins another conversation (microsoft/BotFramework-WebChat#3060): `tabs_of_a_visitor`.
8. Where storage is blocked, nothing is shown; where it is full, the chat stops in the middle
   (botpress/botpress#3358, Cognigy/WebchatWidget#335): `storage_that_fails`.
9. A page that is loaded while the server fails begins another conversation (chatwoot/chatwoot#4578):
   `loaded_while_the_server_fails`.
10. When it is over, the chat goes on as if it were not (amazon-connect-chatjs#252): `over_says_so`.
11. What is sent without a connection is lost (sudomesh/disaster-radio#130): `tabs_of_a_visitor`, `after_restarts`.
"""
