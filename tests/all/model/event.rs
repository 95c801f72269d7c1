//! Events, as the model takes them and as a stream writes them.

use chrono::NaiveDate;
use num_bigint::BigInt;
use num_rational::BigRational;
use serde_json::{Map, Value as Json, json};

/// An exact number.
pub(crate) type R = BigRational;

/// A whole number.
pub(crate) fn whole(n: i64) -> R {
    R::from_integer(n.into())
}

/// A fraction.
pub(crate) fn over(above: i64, below: i64) -> R {
    R::new(above.into(), below.into())
}

/// What happens on a day.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) day: NaiveDate,
    /// Stated to happen at ten o'clock; without it, at the close of business.
    pub(crate) morning: bool,
    pub(crate) what: What,
}

/// How an exercise is paid.
#[derive(Debug, Clone)]
pub(crate) enum Method {
    Cash,
    Cashless,
    /// So many shares by cash, the others cashless.
    Combination(R),
}

/// How an issuance states its consideration.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stated {
    PerShare,
    InTotal,
    InPieces,
}

/// What happens.
#[derive(Debug, Clone)]
pub(crate) enum What {
    Capitalization {
        outstanding: R,
    },
    IssueDateValue {
        value: R,
    },
    Certificate {
        name: String,
        holder: String,
        shares: R,
    },
    Holdings {
        holder: String,
        shares: R,
    },
    Quote {
        bid: R,
        ask: Option<R>,
    },
    Split {
        new: i64,
        old: i64,
    },
    StockDividend {
        id: String,
        per_share: R,
        payable: NaiveDate,
    },
    Distribution {
        id: String,
        kind: &'static str,
        per_share: R,
        payable: NaiveDate,
    },
    Payment {
        of: String,
    },
    Abandonment {
        of: String,
    },
    Issuance {
        id: String,
        pieces: Vec<(R, R)>,
        stated: Stated,
        accrued: R,
        exempt: Option<&'static str>,
    },
    Grant {
        id: String,
        shares: R,
        paid: R,
        exercise_price: R,
        exempt: Option<&'static str>,
    },
    Conversion {
        of: String,
        shares: R,
    },
    Lapse {
        of: String,
    },
    Repricing {
        of: String,
        exercise_price: R,
    },
    Repurchase {
        shares: R,
    },
    Exercise {
        id: String,
        certificate: String,
        shares: R,
        method: Method,
        owned: Option<R>,
        rest: Option<String>,
    },
    /// A transfer where holders are named, else an exchange.
    Division {
        certificate: String,
        into: Vec<(String, R)>,
        holder: Option<String>,
    },
}

impl Event {
    /// The minute of the day at which it takes effect: facts before all else, events of §4 at the close of business.
    pub(crate) fn minute(&self) -> u32 {
        use What as W;
        match &self.what {
            W::Capitalization { .. }
            | W::IssueDateValue { .. }
            | W::Certificate { .. }
            | W::Holdings { .. }
            | W::Quote { .. } => 0,
            W::Exercise { .. } | W::Division { .. } if self.morning => 600,
            _ => 1020,
        }
    }

    /// Whether it is a fact.
    pub(crate) fn is_fact(&self) -> bool {
        self.minute() == 0
    }

    /// The event as a line of a stream.
    pub(crate) fn line(&self) -> String {
        let mut record = Map::new();
        record.insert("date".into(), self.day.to_string().into());
        if self.morning {
            record.insert("time".into(), "10:00".into());
        }
        let (name, fields) = self.fields();
        record.insert("event".into(), name.into());
        if let Json::Object(fields) = fields {
            record.extend(fields.into_iter().filter(|(_, v)| !v.is_null()));
        }
        Json::Object(record).to_string()
    }

    fn fields(&self) -> (&'static str, Json) {
        use What as W;
        match &self.what {
            W::Capitalization { outstanding } => ("capitalization", json!({ "outstanding": decimal(outstanding) })),
            W::IssueDateValue { value } => ("issue_date_value", json!({ "value": decimal(value) })),
            W::Certificate { name, holder, shares } => {
                ("certificate", json!({ "certificate": name, "holder": holder, "shares": decimal(shares) }))
            }
            W::Holdings { holder, shares } => ("holdings", json!({ "holder": holder, "shares": decimal(shares) })),
            W::Quote { bid, ask } => ("quote", json!({ "bid": decimal(bid), "ask": ask.as_ref().map(decimal) })),
            W::Split { new, old } => (if new > old { "split" } else { "combination" }, json!({ "new": new, "old": old })),
            W::StockDividend { id, per_share, payable } => {
                ("stock_dividend", json!({ "id": id, "per_share": decimal(per_share), "payable": payable.to_string() }))
            }
            W::Distribution { id, kind, per_share, payable } => (
                "distribution",
                json!({ "id": id, "kind": kind, "per_share": decimal(per_share), "payable": payable.to_string() }),
            ),
            W::Payment { of } => ("payment", json!({ "of": of })),
            W::Abandonment { of } => ("abandonment", json!({ "of": of })),
            W::Issuance { .. } => ("issuance", self.issuance()),
            W::Grant { id, shares, paid, exercise_price, exempt } => {
                let (shares, paid, price) = (decimal(shares), decimal(paid), decimal(exercise_price));
                let grant = json!({
                    "id": id, "instrument": "option", "shares": shares, "paid": paid, "exercise_price": price, "exempt": exempt
                });
                ("grant", grant)
            }
            W::Conversion { of, shares } => ("conversion", json!({ "of": of, "shares": decimal(shares) })),
            W::Lapse { of } => ("lapse", json!({ "of": of })),
            W::Repricing { of, exercise_price } => ("repricing", json!({ "of": of, "exercise_price": decimal(exercise_price) })),
            W::Repurchase { shares } => ("repurchase", json!({ "shares": decimal(shares) })),
            W::Exercise { .. } => ("exercise", self.exercise()),
            W::Division { certificate, into, holder } => {
                let parts = into.iter().map(|(name, shares)| match holder {
                    Some(holder) => json!({ "certificate": name, "holder": holder, "shares": decimal(shares) }),
                    None => json!({ "certificate": name, "shares": decimal(shares) }),
                });
                let name = if holder.is_some() { "transfer" } else { "exchange" };
                (name, json!({ "certificate": certificate, "into": parts.collect::<Vec<_>>() }))
            }
        }
    }

    fn issuance(&self) -> Json {
        let What::Issuance { id, pieces, stated, accrued, exempt } = &self.what else { return Json::Null };
        let shares: R = pieces.iter().map(|p| &p.0).sum();
        let total: R = pieces.iter().map(|(shares, price)| shares * price).sum();
        let accrued = (*accrued != whole(0)).then(|| decimal(accrued));
        let lines = || pieces.iter().map(|(shares, price)| json!({ "shares": decimal(shares), "price": decimal(price) }));
        match stated {
            Stated::PerShare => {
                let price = pieces.first().map(|p| decimal(&p.1));
                json!({ "id": id, "shares": decimal(&shares), "price": price, "accrued": accrued, "exempt": exempt })
            }
            Stated::InTotal => {
                json!({ "id": id, "shares": decimal(&shares), "consideration": decimal(&total), "accrued": accrued, "exempt": exempt })
            }
            Stated::InPieces => json!({ "id": id, "pieces": lines().collect::<Vec<_>>(), "accrued": accrued, "exempt": exempt }),
        }
    }

    fn exercise(&self) -> Json {
        let What::Exercise { id, certificate, shares, method, owned, rest } = &self.what else { return Json::Null };
        let (word, cash) = match method {
            Method::Cash => ("cash", None),
            Method::Cashless => ("cashless", None),
            Method::Combination(cash) => ("combination", Some(decimal(cash))),
        };
        let owned = owned.as_ref().map(decimal);
        json!({ "id": id, "certificate": certificate, "shares": decimal(shares), "method": word, "cash_shares": cash, "owned": owned, "new": rest })
    }
}

/// A number that has a decimal that ends, as that decimal.
pub(crate) fn decimal(n: &R) -> String {
    let ten = BigInt::from(10);
    let mut places = 0;
    let mut scaled = n.clone();
    while !scaled.is_integer() && places < 28 {
        scaled *= R::from_integer(ten.clone());
        places += 1;
    }
    let digits = format!("{:0>width$}", scaled.to_integer().to_string(), width = places + 1);
    let (above, below) = digits.split_at(digits.len() - places);
    if below.is_empty() { above.to_owned() } else { format!("{above}.{below}") }
}
