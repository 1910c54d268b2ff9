// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.27;

/// Stands for networks whose contracts are in no package: what they emit and answer, without their signatures.

contract ChronicleEmitter {
    struct SchnorrData {
        bytes32 signature;
        address commitment;
        bytes feedIds;
    }

    struct PokeData {
        uint128 val;
        uint32 age;
    }

    event Poked(address indexed caller, uint128 val, uint32 age);
    event OpPoked(address indexed caller, address indexed opFeed, SchnorrData schnorrData, PokeData pokeData);
    event OpPokeDataDropped(address indexed caller, PokeData pokeData);
    event OpChallengePeriodUpdated(address indexed caller, uint16 oldOpChallengePeriod, uint16 newOpChallengePeriod);

    uint8 public constant decimals = 18;
    uint16 public opChallengePeriod = 1200;

    PokeData private poked;
    PokeData private optimistic;
    uint256 private optimisticSince;

    /// An optimistic poke counts when nobody dropped it in time, and nothing newer was poked. Chronicle lets few ask.
    function readWithAge() external view returns (uint256, uint256) {
        bool counts = optimistic.age > poked.age && block.timestamp >= optimisticSince + opChallengePeriod;
        PokeData memory last = counts ? optimistic : poked;
        return (last.val, last.age);
    }

    function poke(uint128 val, uint32 age) external {
        poked = PokeData(val, age);
        emit Poked(msg.sender, val, age);
    }

    function opPoke(uint128 val, uint32 age, bytes calldata feedIds) external {
        optimistic = PokeData(val, age);
        optimisticSince = block.timestamp;
        emit OpPoked(
            msg.sender,
            address(uint160(0xfeed)),
            SchnorrData(keccak256(feedIds), address(uint160(0xc0)), feedIds),
            PokeData(val, age)
        );
    }

    function drop(uint128 val, uint32 age) external {
        delete optimistic;
        emit OpPokeDataDropped(msg.sender, PokeData(val, age));
    }

    function setOpChallengePeriod(uint16 period) external {
        emit OpChallengePeriodUpdated(msg.sender, opChallengePeriod, period);
        opChallengePeriod = period;
    }
}

contract RedStoneEmitter {
    struct Details {
        uint256 dataTimestamp;
        uint256 blockTimestamp;
        uint256 value;
    }

    event ValueUpdate(uint256 value, bytes32 dataFeedId, uint256 updatedAt);

    mapping(bytes32 => Details) private details;

    function update(bytes32 dataFeedId, uint256 value, uint256 dataTimestamp) external {
        details[dataFeedId] = Details(dataTimestamp, block.timestamp, value);
        emit ValueUpdate(value, dataFeedId, block.timestamp);
    }

    function getLastUpdateDetailsUnsafe(bytes32 dataFeedId) external view returns (uint256, uint256, uint256) {
        Details memory last = details[dataFeedId];
        return (last.dataTimestamp, last.blockTimestamp, last.value);
    }
}

contract StorkEmitter {
    struct TemporalNumericValue {
        uint64 timestampNs;
        int192 quantizedValue;
    }

    error NotFound();

    event ValueUpdate(bytes32 indexed id, uint64 timestampNs, int192 quantizedValue);

    mapping(bytes32 => TemporalNumericValue) private values;

    function update(bytes32 id, uint64 timestampNs, int192 quantizedValue) external {
        values[id] = TemporalNumericValue(timestampNs, quantizedValue);
        emit ValueUpdate(id, timestampNs, quantizedValue);
    }

    function getTemporalNumericValueUnsafeV1(bytes32 id) external view returns (TemporalNumericValue memory value) {
        value = values[id];
        if (value.timestampNs == 0) revert NotFound();
    }
}

contract DiaEmitter {
    struct Value {
        uint128 value;
        uint128 timestamp;
    }

    event OracleUpdate(string key, uint128 value, uint128 timestamp);

    mapping(string => Value) private values;

    function setValue(string calldata key, uint128 value, uint128 timestamp) external {
        values[key] = Value(value, timestamp);
        emit OracleUpdate(key, value, timestamp);
    }

    function getValue(string calldata key) external view returns (uint128, uint128) {
        Value memory last = values[key];
        return (last.value, last.timestamp);
    }
}

/// Answers as Aave's price adapters do.
contract AdapterEmitter {
    uint8 public constant decimals = 8;
    int256 public latestAnswer;

    function answer(int256 value) external {
        latestAnswer = value;
    }
}

contract DeriveEmitter {
    struct VolDetails {
        int256 SVI_a;
        uint256 SVI_b;
        int256 SVI_rho;
        int256 SVI_m;
        uint256 SVI_sigma;
        uint256 SVI_fwd;
        uint64 SVI_refTau;
        uint64 confidence;
        uint64 timestamp;
    }

    event VolDataUpdated(uint64 indexed expiry, VolDetails volDetails);
    event VolDataUpdated(address indexed signer, uint64 indexed expiry, VolDetails volDetails);

    function update(uint64 expiry, VolDetails calldata details) external {
        emit VolDataUpdated(expiry, details);
    }

    function updateSigned(uint64 expiry, VolDetails calldata details) external {
        emit VolDataUpdated(msg.sender, expiry, details);
    }
}
