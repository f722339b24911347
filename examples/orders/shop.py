# Run it: botflow serve examples/orders/approved.yaml --dev, and then, beside it: python examples/orders/shop.py
import os

from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from botflow.triggering import watch_rows


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "shop_orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer: Mapped[str]
    status: Mapped[str] = mapped_column(default="new")


watch_rows(
    Order,
    "approved",
    on="update",
    when=lambda order, former: "status" in former and order.status == "approved",
    input=lambda order, former: {"order": order.id, "customer": order.customer},
)

engine = create_engine(os.environ.get("BOTFLOW_DATABASE_URL", "sqlite:///botflow.db"))  # botflow's own database
Base.metadata.create_all(engine)
with Session(engine) as session:
    session.add(order := Order(customer="Ben"))
    session.commit()
    order.status = "approved"
    session.rollback()  # nothing is written, and nothing starts
    order.status = "approved"
    session.commit()  # now the run starts, once
    print(f"order {order.id} is {order.status}")
