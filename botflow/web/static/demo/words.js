/** The page's own words, in the flow's language. To add a language, copy a block and translate it. */

const WORDS = {
  en: {
    cards: "Cards", previous: "Back", next: "More",
    connecting: "Connecting…", online: "Online", again: "Trying again…",
    offline: "You are offline. Messages wait until you are back.",
    restart: "New conversation", workflow: "Workflow", conversation: "Conversation", messages: "Messages",
    begin: "Write a message to begin.", earlier: "Show earlier messages", latest: "New messages",
    suggested: "Suggested answers", message: "Message", write: "Write a message", send: "Send",
    hint: "Enter sends · Shift Enter starts a new line", you: "You:", reply: "Reply:", writing: "Writing…",
    waits: "Still sending, trying again…", unsent: "Not sent:", tryAgain: "Try again", remove: "Remove",
    over: "That conversation is over; this is a new one", today: "Today", yesterday: "Yesterday",
    nothing: "No workflow is served", start: "Start the server with a flow: botflow serve --dev flow.yaml",
    closed: "Out of service", closedNow: "The bot is out of service at the moment.", looksAgain: "This page looks again by itself.",
    attach: "Attach", photoOrFile: "Photo or file", camera: "Take a photo", myPlace: "My place",
    attached: "To send", picture: "Picture", file: "File", place: "Place", map: "opens a map", drop: "Drop files here",
    uploading: "uploading", cancel: "Cancel", locating: "Finding your place…",
    refused: "The server did not take it.", tooLarge: "Too large: at most 10 MB.", badType: "Files of this kind are not taken.",
    empty: "The file is empty.", tooMany: "At most 10 files in one message.", tooMuch: "Too much at once. Try again later.",
    waitsForPerson: "Waiting for a person…", joined: "{} has joined", left: "{} has left", personWrites: "{} writes…",
    noConnection: "No connection.", noPlace: "Your place cannot be found.", placeDenied: "This page may not know your place.",
  },
  de: {
    cards: "Karten", previous: "Zurück", next: "Weiter",
    connecting: "Verbinden…", online: "Online", again: "Neuer Versuch…",
    offline: "Sie sind offline. Nachrichten warten, bis Sie wieder online sind.",
    restart: "Neue Unterhaltung", workflow: "Ablauf", conversation: "Unterhaltung", messages: "Nachrichten",
    begin: "Schreiben Sie eine Nachricht, um zu beginnen.", earlier: "Frühere Nachrichten zeigen", latest: "Neue Nachrichten",
    suggested: "Vorgeschlagene Antworten", message: "Nachricht", write: "Nachricht schreiben", send: "Senden",
    hint: "Enter sendet · Umschalt Enter beginnt eine neue Zeile", you: "Sie:", reply: "Antwort:", writing: "Schreibt…",
    waits: "Wird noch gesendet, neuer Versuch…", unsent: "Nicht gesendet:", tryAgain: "Noch einmal", remove: "Entfernen",
    over: "Jene Unterhaltung ist beendet; dies ist eine neue", today: "Heute", yesterday: "Gestern",
    nothing: "Kein Ablauf ist in Betrieb", start: "Starten Sie den Server mit einem Ablauf: botflow serve --dev flow.yaml",
    closed: "Außer Betrieb", closedNow: "Der Bot ist zurzeit außer Betrieb.", looksAgain: "Diese Seite sieht von selbst wieder nach.",
    attach: "Anhängen", photoOrFile: "Foto oder Datei", camera: "Foto aufnehmen", myPlace: "Mein Standort",
    attached: "Zu senden", picture: "Bild", file: "Datei", place: "Standort", map: "öffnet eine Karte", drop: "Dateien hier ablegen",
    uploading: "wird hochgeladen", cancel: "Abbrechen", locating: "Standort wird gesucht…",
    refused: "Der Server hat es nicht angenommen.", tooLarge: "Zu groß: höchstens 10 MB.", badType: "Dateien dieser Art werden nicht angenommen.",
    empty: "Die Datei ist leer.", tooMany: "Höchstens 10 Dateien in einer Nachricht.", tooMuch: "Zu viel auf einmal. Bitte später noch einmal.",
    waitsForPerson: "Wir suchen jemanden für Sie…", joined: "{} ist jetzt da", left: "{} ist gegangen", personWrites: "{} schreibt…",
    noConnection: "Keine Verbindung.", noPlace: "Ihr Standort ist nicht zu finden.", placeDenied: "Diese Seite darf Ihren Standort nicht kennen.",
  },
  es: {
    cards: "Tarjetas", previous: "Atrás", next: "Más",
    connecting: "Conectando…", online: "En línea", again: "Intentando de nuevo…",
    offline: "Sin conexión. Los mensajes esperan hasta que vuelva.",
    restart: "Nueva conversación", workflow: "Flujo", conversation: "Conversación", messages: "Mensajes",
    begin: "Escriba un mensaje para empezar.", earlier: "Ver mensajes anteriores", latest: "Mensajes nuevos",
    suggested: "Respuestas sugeridas", message: "Mensaje", write: "Escriba un mensaje", send: "Enviar",
    hint: "Intro envía · Mayús Intro empieza otra línea", you: "Usted:", reply: "Respuesta:", writing: "Escribiendo…",
    waits: "Enviando todavía, intentando de nuevo…", unsent: "No enviado:", tryAgain: "Intentar de nuevo", remove: "Quitar",
    over: "Aquella conversación terminó; esta es nueva", today: "Hoy", yesterday: "Ayer",
    nothing: "No hay ningún flujo en servicio", start: "Inicie el servidor con un flujo: botflow serve --dev flow.yaml",
    closed: "Fuera de servicio", closedNow: "El bot está fuera de servicio por el momento.", looksAgain: "Esta página vuelve a comprobarlo sola.",
    attach: "Adjuntar", photoOrFile: "Foto o archivo", camera: "Tomar una foto", myPlace: "Mi ubicación",
    attached: "Para enviar", picture: "Imagen", file: "Archivo", place: "Ubicación", map: "abre un mapa", drop: "Suelte los archivos aquí",
    uploading: "subiendo", cancel: "Cancelar", locating: "Buscando su ubicación…",
    refused: "El servidor no lo aceptó.", tooLarge: "Demasiado grande: 10 MB como máximo.", badType: "No se aceptan archivos de este tipo.",
    empty: "El archivo está vacío.", tooMany: "Como máximo 10 archivos por mensaje.", tooMuch: "Demasiado a la vez. Inténtelo más tarde.",
    waitsForPerson: "Esperando a una persona…", joined: "{} se ha unido", left: "{} se ha ido", personWrites: "{} escribe…",
    noConnection: "Sin conexión.", noPlace: "No se encuentra su ubicación.", placeDenied: "Esta página no puede conocer su ubicación.",
  },
  fr: {
    cards: "Fiches", previous: "Précédent", next: "Suivant",
    connecting: "Connexion…", online: "En ligne", again: "Nouvel essai…",
    offline: "Vous êtes hors ligne. Les messages attendent votre retour.",
    restart: "Nouvelle conversation", workflow: "Scénario", conversation: "Conversation", messages: "Messages",
    begin: "Écrivez un message pour commencer.", earlier: "Voir les messages précédents", latest: "Nouveaux messages",
    suggested: "Réponses proposées", message: "Message", write: "Écrire un message", send: "Envoyer",
    hint: "Entrée envoie · Maj Entrée commence une ligne", you: "Vous :", reply: "Réponse :", writing: "Écrit…",
    waits: "Envoi en cours, nouvel essai…", unsent: "Non envoyé :", tryAgain: "Réessayer", remove: "Retirer",
    over: "Cette conversation est terminée ; en voici une nouvelle", today: "Aujourd’hui", yesterday: "Hier",
    nothing: "Aucun scénario n’est en service", start: "Lancez le serveur avec un scénario : botflow serve --dev flow.yaml",
    closed: "Hors service", closedNow: "Le bot est hors service pour le moment.", looksAgain: "Cette page vérifie de nouveau d’elle-même.",
    attach: "Joindre", photoOrFile: "Photo ou fichier", camera: "Prendre une photo", myPlace: "Ma position",
    attached: "À envoyer", picture: "Image", file: "Fichier", place: "Position", map: "ouvre une carte", drop: "Déposez les fichiers ici",
    uploading: "envoi", cancel: "Annuler", locating: "Recherche de votre position…",
    refused: "Le serveur ne l’a pas accepté.", tooLarge: "Trop grand : 10 Mo au plus.", badType: "Les fichiers de ce type ne sont pas acceptés.",
    empty: "Le fichier est vide.", tooMany: "Au plus 10 fichiers par message.", tooMuch: "Trop à la fois. Réessayez plus tard.",
    waitsForPerson: "En attente d’une personne…", joined: "{} a rejoint la conversation", left: "{} est parti(e)", personWrites: "{} écrit…",
    noConnection: "Pas de connexion.", noPlace: "Votre position est introuvable.", placeDenied: "Cette page ne peut pas connaître votre position.",
  },
};
const REASONS = {
  "file.too_large": "tooLarge", "body.too_large": "tooLarge", "text.too_long": "tooLarge", "file.type": "badType", "file.empty": "empty",
  "file.too_many": "tooMuch", "file.full": "tooMuch", "rate.limited": "tooMuch", "rate.stored": "tooMuch",
  "workflow.inactive": "closedNow",
};

/** The words in use; `speak` changes them. */
export const words = { ...WORDS.en };
export let language = "en";

/** Use the language of a flow; without words for it, that of the browser, else English. */
export function speak(wanted) {
  const known = [wanted, ...navigator.languages].map(base).find((one) => Object.hasOwn(WORDS, one)) ?? "en";
  language = base(wanted) === known ? tag(wanted) ?? known : known;
  Object.assign(words, WORDS[known]);
  document.documentElement.lang = language;
  for (const one of document.querySelectorAll("[data-text]")) one.textContent = words[one.dataset.text];
  for (const one of document.querySelectorAll("[data-label]")) one.setAttribute("aria-label", words[one.dataset.label]);
  for (const one of document.querySelectorAll("[data-tip]")) one.title = words[one.dataset.tip];
  for (const one of document.querySelectorAll("[data-hint]")) one.placeholder = words[one.dataset.hint];
}

/** Say why something was refused: in the page's words, else with the server's own. */
export function reason(failure) {
  if (failure.code === undefined) return words.noConnection;
  const known = words[REASONS[failure.code]];
  return known ?? (failure.code ? `${words.refused} (${failure.message})` : words.refused);
}

function base(wanted) {
  return (wanted ?? "").split(/[-_]/)[0].toLowerCase();
}

/** Return the tag as browsers spell it; null for one that they do not understand. */
function tag(wanted) {
  try {
    return Intl.getCanonicalLocales(wanted.replaceAll("_", "-"))[0];
  } catch {
    return null;
  }
}
