import random, pytest, time, os
from collections import Counter
from tests.faults.fences_consent import FENCES_OF_CONSENT
from tests.faults.fences_outbox import *
from tests.faults import fences_outbox
from tests.faults.fences import FENCES_OF_THE_TURN
from tests.twilio import test_generated_consent as g
from tests.twilio.phone_users import open_town
from structlog.testing import capture_logs

OUT=[v for n,v in vars(fences_outbox).items() if n.startswith('FENCES')]
ALL=[*FENCES_OF_CONSENT,*[f for o in OUT for f in o]]
seen=set(); F=[]
for f in ALL:
    k=(str(getattr(f.place,'__qualname__',getattr(f.place,'name',''))),f.cut)
    if k in seen or 'for_update' in f.cut or 'spending' in str(k): continue
    seen.add(k); F.append(f)

@pytest.mark.parametrize("fence",[None,*F],ids=lambda f: f.name if f else 'none')
async def test_x(fence, sqlite_url, twilio, channel, monkeypatch):
    from botflow.storage.database import open_database
    if fence:
        try: crashes=fence.remove(monkeypatch)
        except AssertionError as e:
            open('/tmp/w/suite1-scratch/lives.txt','a').write(f"gone\t{fence.name}\n"); return
    database=await open_database(sqlite_url,migrate=False)
    w=time.process_time(); counts=Counter(); res='never'
    with capture_logs():
        async with open_town(database, twilio, channel, *g.FLOW, budgets=g.ROOMY, region="US") as town:
            other = await town.workflow("other", *g.FLOW, budgets=g.ROOMY, region="US")
            tell = await town.workflow("tell", g.TELL, budgets=g.ROOMY, region="US")
            twin = town.bot.twin()
            try:
                for life in range(int(os.environ.get('LIVESN','120'))):
                    chance = random.Random(life)
                    number = f"+1{212 + life // 10_000:03}{555}{life % 10_000:04}"
                    await g.Life(town, chance, number, (town.bot, twin), (town.bot.live, other), tell, counts).live()
                    counts['lives']+=1
            except BaseException as e:
                res=f'{life} {type(e).__name__}'
            finally:
                await twin.stop()
    await database.close()
    open('/tmp/w/suite1-scratch/lives.txt','a').write(f"{res}\t{time.process_time()-w:.1f}\t{fence.name if fence else 'none'}\t{dict(counts) if not fence else ''}\n")
