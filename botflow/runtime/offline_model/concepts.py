"""General vocabulary: words that mean nearly the same wherever people write to a service. Data, no behaviour.

It belongs to no single bot. A concept counts only where a route's own description or examples touch it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

CONCEPTS: Mapping[str, str] = MappingProxyType(
    {
        "purchase": "buy,bought,purchase,order,get one,get a,take,sell,add to basket,add to cart,shopping,shop for,"
        "interested in,kaufen,bestellen,bestellung,comprar,pedir,pedido,encargar,"
        "acheter,achat,commander,commande",
        "stock": "stock,available,availability,in store,left,have any,do you have,do you sell,auf lager,verfugbar,"
        "vorratig,disponible,existencias,"
        "en stock,rupture",
        "parcel": "parcel,package,packet,delivery,delivered,deliver,shipment,shipping,shipped,ship,courier,mail,post,"
        "paket,lieferung,liefern,sendung,versand,paquete,envio,entrega,enviar,entregar,"
        "colis,livraison,livrer,envoi,expedition,expedier",
        "arrive": "arrive,arrived,come,coming,came,get here,here yet,on its way,on the way,show up,due,expect,"
        "ankommen,angekommen,kommt,da,llegar,llega,llegado,"
        "arriver,arrive,venir,recu",
        "late": "late,delay,delayed,still waiting,waiting for,not yet,overdue,verspatet,warte,retraso,tarde,"
        "retard,toujours pas",
        "track": "track,tracking,status,where is,where are,whereabouts,wo ist,wo bleibt,verfolgen,donde esta,"
        "seguimiento,"
        "ou est,ou en est,suivi,suivre",
        "lost": "lost,disappeared,nowhere,verloren,weg,perdido,perdu,disparu",
        "refund": "refund,money back,cash back,reimburse,reimbursement,reimbursed,give back,pay back,pay me back,"
        "geld zuruck,erstattung,erstatten,ruckerstattung,devolver,devolucion,reembolso,devuelvan,devuelveme,"
        "rembourser,remboursement,rendre largent",
        "money": "money,cash,euros,dollars,pounds,geld,dinero,plata,argent",
        "return": "return,send back,sent back,bring back,zurucksenden,zuruckgeben,retoure,devolver,"
        "retourner,renvoyer,retour",
        "exchange": "exchange,swap,replace,replacement,trade,switch,instead,tauschen,umtauschen,umtausch,"
        "cambiar,cambio,"
        "echanger,echange,remplacer",
        "size": "size,sizes,bigger,smaller,larger,large,small,too big,too small,too tight,fit,fits,medium,"
        "grosse,grosser,kleiner,zu klein,zu gross,talla,tamano,grande,pequeno,"
        "taille,plus grand,plus petit,trop grand,trop petit",
        "colour": "colour,color,red,blue,green,black,white,yellow,brown,pink,grey,gray,farbe,rot,blau,grun,schwarz,"
        "color,rojo,azul,verde,negro,"
        "couleur,rouge,bleu,vert,noir,blanc",
        "different": "different,another,other,else,andere,anderen,otro,otra,diferente,autre,autres",
        "cancel": "cancel,cancellation,call off,abort,undo,revoke,stop,quit,end,terminate,unsubscribe,no longer,"
        "not any more,any more,anymore,stornieren,absagen,kundigen,abbestellen,cancelar,anular,"
        "annuler,annulation,resilier,resiliation,supprimer",
        "change mind": "changed my mind,change my mind,by mistake,never mind,forget it,anders uberlegt,me arrepenti,"
        "change davis,par erreur",
        "subscription": "subscription,subscribe,membership,monthly,plan,abo,abonnement,suscripcion,abonnement",
        "open": "open,opening,opened,close,closing,closed,hours,offnungszeiten,geoffnet,offen,auf,geschlossen,"
        "abierto,abren,cerrado,cierran,horario,"
        "ouvrir,ouvert,ouverture,ferme,fermer,horaire,horaires",
        "shop": "shop,store,branch,office,laden,geschaft,filiale,tienda,oficina,magasin,boutique,agence",
        "day": "today,tomorrow,monday,tuesday,wednesday,thursday,friday,saturday,sunday,weekend,holiday,heute,morgen,"
        "montag,dienstag,mittwoch,donnerstag,freitag,samstag,sonntag,hoy,manana,lunes,martes,viernes,sabado,domingo,"
        "aujourdhui,demain,lundi,mardi,mercredi,jeudi,vendredi,samedi,dimanche",
        "place": "where are you,address,located,location,find you,directions,come by,drop by,visit,adresse,anfahrt,"
        "direccion,ubicacion,"
        "adresse,ou etes vous,vous trouver,itineraire",
        "pay": "pay,paid,payment,paying,checkout,transaction,instalments,installments,zahlen,bezahlen,zahlung,"
        "pagar,pago,"
        "payer,paiement,regler",
        "card": "card,credit card,debit card,visa,mastercard,paypal,bank,bank transfer,apple pay,google pay,"
        "karte,kreditkarte,konto,tarjeta,banco,"
        "carte,carte bancaire,virement",
        "charge": "charge,charged,bill,billed,billing,debited,abgebucht,berechnet,cobrado,cobro,"
        "debite,preleve,facture deux fois",
        "twice": "twice,double,two times,doppelt,zweimal,dos veces,doble,deux fois",
        "invoice": "invoice,receipt,bill,vat,rechnung,quittung,beleg,factura,recibo,facture,recu,justificatif",
        "decline": "declined,rejected,refused,not accepted,denied,abgelehnt,rechazada,refusee,refuse",
        "login": "log in,login,sign in,signin,logged in,get into,access,locked out,log on,anmelden,einloggen,"
        "iniciar sesion,entrar,"
        "connecter,connexion,identifier",
        "password": "password,passcode,pin,username,user name,credentials,passwort,kennwort,contrasena,clave,"
        "mot de passe,identifiant",
        "account": "account,profile,registration,email address,my email,konto,profil,cuenta,perfil,compte,profil",
        "delete": "delete,remove,erase,close my account,loschen,entfernen,borrar,eliminar,supprimer,effacer",
        "update": "change,update,edit,modify,correct,andern,aktualisieren,cambiar,actualizar,"
        "modifier,changer,corriger,mettre a jour",
        "broken": "broken,broke,damaged,damage,cracked,crack,smashed,shattered,faulty,defective,defect,scratched,torn,"
        "kaputt,beschadigt,defekt,zerbrochen,schaden,roto,rota,danado,defectuoso,"
        "casse,cassee,abime,endommage,defectueux",
        "fail": "not work,doesnt work,wont work,does not work,not working,stopped working,isnt working,cant use,"
        "geht nicht,funktioniert nicht,no funciona,"
        "ne marche pas,ne fonctionne pas,marche pas",
        "missing": "missing,incomplete,forgot to include,not included,fehlt,fehlen,falta,faltan,"
        "manque,manquant,incomplet",
        "piece": "part,piece,component,teil,pieza,piece,morceau",
        "human": "human,person,people,agent,representative,operator,employee,staff,manager,colleague,someone,somebody,"
        "anyone,customer service,customer support,support,mensch,menschen,jemand,jemanden,jemandem,mitarbeiter,"
        "persona,humano,alguien,agente,empleado,"
        "personne,humain,conseiller,quelquun,agent",
        "talk": "talk,speak,chat,call,phone,ring,contact,sprechen,reden,anrufen,ruf,hablar,llamar,llame,"
        "parler,appeler,rappeler,joindre,contacter",
        "appointment": "appointment,booking,book,reservation,reserve,slot,schedule,checkup,check up,"
        "termin,buchen,cita,reservar,reserva,"
        "rendez vous,rdv,reserver,reservation,creneau",
        "move": "move,reschedule,postpone,another day,cant make it,cant come,verschieben,verlegen,aplazar,mover,"
        "reporter,decaler,deplacer",
        "price": "price,cost,costs,how much,fee,expensive,cheap,kosten,preis,teuer,precio,cuesta,cuanto,"
        "prix,tarif,cout,coute,combien,cher",
        "medicine": "medicine,medication,pill,pills,tablet,tablets,drug,prescription,refill,medikament,rezept,"
        "tabletten,medicina,receta,pastillas,"
        "medicament,ordonnance,comprimes",
        "pain": "pain,hurt,hurts,bleeding,blood,emergency,accident,schmerzen,blutet,notfall,dolor,sangre,emergencia,"
        "douleur,saigne,urgence",
        "insurance": "insurance,insured,coverage,covered,versicherung,seguro,assurance,mutuelle",
    }
)

# Abbreviations that people type, and their meaning.
SLANG: Mapping[str, str] = MappingProxyType(
    {"u": "you", "ur": "your", "r": "are", "pls": "please", "plz": "please", "wanna": "want", "gimme": "give"}
    | {"thru": "through", "wheres": "where", "whens": "when", "whats": "what", "pw": "password", "pwd": "password"}
    | {"acc": "account", "2day": "today", "tmrw": "tomorrow", "tmr": "tomorrow", "gonna": "going", "rn": "now"}
)

# Words that say little about the aim of a message.
STOP_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "en": "a an the i im id ill ive me my mine you your yours we us our he she it its they them their "
        "this that these "
        "those is am are was were be been being do does did done have has had can could will would shall should may "
        "might must to of in on at by for from with about as and or but if so than then there here what which who whom "
        "whose how why when where want wants wanted need needs like likes would please thanks hi hello hey ok okay not "
        "no dont doesnt didnt cant couldnt isnt arent wasnt wont some any one something anything everything also just "
        "only very really too much many more most such own same let lets say says ask asks make makes go goes up out "
        "know tell new now yet still something",
        "de": "ich du er sie es wir ihr mich mir dich dir uns euch ihnen mein meine meinen meiner dein deine ihr ihre "
        "der die das den dem des ein eine einen einem einer eines ist sind war waren sein bin bist habe hat "
        "haben hatte "
        "hatten kann konnen konnte konnten will wollen mochte mochten muss mussen soll sollen werden wird wurde zu zum "
        "zur von vom in im an am auf fur mit bei nach aus um und oder aber wenn dass wie was wer wo wann warum welche "
        "nicht kein keine bitte danke hallo gern gerne mal nur auch noch schon so sehr etwas bei nen",
        "es": "yo tu el ella usted nosotros ellos me te se nos le les lo la los las mi mis tu tus su sus un "
        "una unos unas "
        "de del al a en por para con sin y o pero si que como cuando donde cual quien porque es son era soy esta estan "
        "estoy ser estar he ha han hay quiero quiere quisiera gustaria puedo puede podria tengo tiene no por favor "
        "gracias hola muy mas tambien ya todavia este esta esto ese esa eso hacer hago haga",
        "fr": "je tu il elle on nous vous ils elles me te se moi toi lui leur mon ma mes ton ta tes son sa ses "
        "notre nos votre vos le la les l un une des du de d au aux a en dans par pour avec sans sur et ou mais si que "
        "qui quoi quand comment pourquoi quel quelle quels quelles est sont etes suis es etait etre ai as avons avez "
        "ont avoir fait faire faites peux peut pouvez pouvons puis puis je veux veut voulez voudrais aimerais faut "
        "qu ne n pas plus ce cet cette ces c ca cela y s il svp sil plait merci bonjour bonsoir salut tres bien aussi "
        "deja encore quelque chose tout tous j ete",
    }
)
