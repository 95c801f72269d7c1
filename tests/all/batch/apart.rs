//! What is known of a run afterwards: in shards, against another night, made again.
