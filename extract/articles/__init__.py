"""From what a source gives to article records: reading, parsing, dating, identity and topics."""
